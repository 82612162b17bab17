import Experiment
import Testing

private func converted(_ text: String, role: Role = .train) throws -> ConvertedRows? {
  try ConvertedRows.reading(Array(text.utf8), role: role, file: "rows")
}

private func lines(_ rows: ConvertedRows?) -> [String] {
  String(decoding: rows?.bytes ?? [], as: UTF8.self).split(separator: "\n").map(String.init)
}

@Suite struct ConvertedRowsTests {
  @Test(arguments: [
    "{\"prompt\": \"a\", \"completion\": \"b\"}\n",
    "{\"messages\": [{\"role\": \"user\", \"content\": \"a\"}, "
      + "{\"role\": \"assistant\", \"content\": \"b\"}]}",
  ])
  func `rows that hosts take stay as they are`(text: String) throws {
    #expect(try converted(text) == nil)
  }

  @Test(arguments: [
    (
      "[{\"instruction\": \"Add\", \"input\": \"1 2\", \"output\": \"3\", \"src\": 1}, "
        + "{\"instruction\": \"Hi\", \"input\": \"\", \"output\": \"Ho\", \"id\": 7}]",
      "a JSON array of instructions, such as Alpaca's", ["src"],
      [
        #"{"prompt":"Add\n\n1 2","completion":"3"}"#,
        #"{"id":"7","prompt":"Hi","completion":"Ho"}"#,
      ]
    ),
    (
      "{\"instruction\": \"Hi\", \"output\": \"Ho\", \"system\": \"S\", \"history\": [[\"a\", \"b\"]]}\n",
      "instructions, such as Alpaca's", [],
      [
        #"{"messages":[{"role":"system","content":"S"},{"role":"user","content":"a"},"#
          + #"{"role":"assistant","content":"b"},{"role":"user","content":"Hi"},"#
          + #"{"role":"assistant","content":"Ho"}]}"#
      ]
    ),
    (
      "{\"id\": \"c1\", \"conversations\": [{\"from\": \"system\", \"value\": \"S\"}, "
        + "{\"from\": \"human\", \"value\": \"a\"}, {\"from\": \"gpt\", \"value\": \"b\"}]}\n\n",
      "ShareGPT's conversations", [],
      [
        #"{"id":"c1","messages":[{"role":"system","content":"S"},{"role":"user","content":"a"},"#
          + #"{"role":"assistant","content":"b"}]}"#
      ]
    ),
    (
      "[\n {\n  \"prompt\": \"a\\n\",\n  \"completion\": \"b\", \"weight\": 2\n }\n]",
      "a JSON array", [],
      [#" {   "prompt": "a\n",   "completion": "b", "weight": 2  }"#]
    ),
    (
      "\u{FEFF}id;Prompt;completion;tags;note\r\nx;\"a;\"\"b\"\"\r\nc\";d;one, two;n\r\n\r\n;e;f;;\r\n",
      "values separated by semicolons of prompts with completions", ["note"],
      [
        #"{"id":"x","tags":["one","two"],"prompt":"a;\"b\"\r\nc","completion":"d"}"#,
        #"{"prompt":"e","completion":"f"}"#,
      ]
    ),
    (
      "question\tanswer\nWhy, then?\tBecause\n",
      "tab-separated values of questions with answers", [],
      [#"{"prompt":"Why, then?","completion":"Because"}"#]
    ),
    (
      "instruction,input,output\n\"Say \"\"hi\"\"\",,hi",
      "comma-separated values of instructions, such as Alpaca's", [],
      [#"{"prompt":"Say \"hi\"","completion":"hi"}"#]
    ),
  ])
  func `other forms become rows, and what is left out is named`(
    text: String,
    form: String,
    dropped: [String],
    rows: [String]
  ) throws {
    let found = try #require(try converted(text))
    #expect(found.form == form)
    #expect(found.dropped == dropped)
    #expect(lines(found).map { $0.filter { $0 != " " } } == rows.map { $0.filter { $0 != " " } })
    // What was written is read as it was meant, and converting again changes nothing.
    #expect(try ConvertedRows.reading(found.bytes, role: .train, file: "rows") == nil)
    #expect(try converted(text) == found)
  }

  @Test(
    arguments: [
      ("[{\"instruction\": \"a\", \"output\": \"b\"},\n {\"instruction\": \"c\"}]", 2, "row 2"),
      ("[{\"instruction\": \"a\", \"output\": 3}]", 1, "row 1: 'output' is not a text"),
      ("[{\"instruction\": \"a\", \"output\": \"\"}]", 1, "row 1: the completion is empty"),
      ("[{\"a\": 1}, 2]", 1, "row 1 has 'a', which is no known form"),
      ("[{\"prompt\": \"a\", \"completion\": \"b\"}, 2]", 1, "row 2 is not an object"),
      ("[{\"prompt\": \"a\", \"completion\": \"b\"}", nil, "broken or cut short"),
      (
        "{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}, {\"from\": \"tool\", \"value\": \"b\"}]}",
        1, "row 1: turn 2 is from 'tool'"
      ),
      (
        "{\"conversations\": [{\"from\": \"gpt\", \"value\": \"a\", \"weight\": 0}]}", 1,
        "row 1: turn 1 has 'weight'"
      ),
      (
        "{\"conversations\": [{\"from\": \"human\", \"value\": \"a\"}]}", 1,
        "row 1: the last message is from 'user'"
      ),
      ("prompt,completion\na,b\nc\n", 3, "1 cells, but line 1 names 2 columns"),
      ("prompt,completion\na,\"b\nc\n", 2, "never closed"),
      ("prompt,completion\na,\"b\"c\n", 2, "behind a closing quotation mark"),
      ("prompt,completion\n\"a\n\",b\nd,\n", 4, "row 2: the completion is empty"),
      ("prompt,completion,id\na,b,x\nc,d,x\n", 3, "the id 'x' is also"),
      ("prompt,prompt,completion\na,b,c\n", 1, "two columns are named 'prompt'"),
    ] as [(String, Int?, String)]
  )
  func `a row that cannot be converted is named by its line in the file as it was`(
    text: String,
    line: Int?,
    reason: String
  ) throws {
    let error = #expect(throws: ExampleFileError.self) { try converted(text) }
    #expect(error?.line == line)
    #expect(error?.reason.contains(reason) == true, "\(error?.reason ?? "")")
  }

  @Test(arguments: [
    "", "hello there\n", "name,age\na,1\n", "{\"prompt\": \"a\"}\n",
    "{\"prompt\": \"a\", \"completion\": \"b\"}\n{\"prompt\": ",
    "{\"prompt\": \"a\", \"completion\": \"b\", \"id\": \"x\"}\n"
      + "{\"prompt\": \"a\", \"completion\": \"b\", \"id\": \"x\"}\n",
  ])
  func `what has no known form is refused as the reader of examples refuses it`(
    text: String
  ) throws {
    let mine = #expect(throws: ExampleFileError.self) { try converted(text) }
    let readers = #expect(throws: ExampleFileError.self) {
      try ExampleFile.parse(Array(text.utf8), role: .train, file: "rows")
    }
    #expect(mine == readers)
  }

  @Test func `a table in Latin-1 is refused by line and byte`() throws {
    let error = #expect(throws: ExampleFileError.self) {
      let bytes = Array("prompt,completion\na,caf".utf8) + [0xE9, 0x0A]
      _ = try ConvertedRows.reading(bytes, role: .train, file: "rows")
    }
    #expect(error?.line == 2)
    #expect(error?.reason.contains("byte E9") == true)
  }
}
