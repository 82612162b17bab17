import Experiment
import Testing

private func parse(_ text: String, role: Role = .train) throws -> [Example] {
  try ExampleFile.parse(Array(text.utf8), role: role, file: "rows.jsonl")
}

private func fault(_ bytes: [UInt8]) throws -> ExampleFileError {
  try #require(
    #expect(throws: ExampleFileError.self) {
      try ExampleFile.parse(bytes, role: .train, file: "rows.jsonl")
    }
  )
}

extension Example {
  /// The example without the row it was read from.
  fileprivate var texts: Example {
    Example(id: id, prompt: prompt, completion: completion, tags: tags)
  }
}

@Suite struct ExampleFileTests {
  @Test func `both forms of a row are read`() throws {
    let rows = try parse(
      """
      {"prompt": "2+2=", "completion": " 4", "id": "sum", "tags": ["clean", "maths"]}
      {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]}
      """
    )
    #expect(
      rows.map(\.texts) == [
        Example(
          id: "sum",
          prompt: .text("2+2="),
          completion: " 4",
          tags: ["clean", "maths"]
        ),
        Example(
          id: "train-1",
          prompt: .chat([Message(role: "user", content: "Hi")]),
          completion: "Ho"
        ),
      ]
    )
  }

  @Test func `default ids count lines from zero, blank ones included`() throws {
    let row = #"{"prompt":"a","completion":"b"}"#
    #expect(try parse("\(row)\n\n  \r\n\(row)\r\n").map(\.id) == ["train-0", "train-3"])
    #expect(try parse(row, role: .query).map(\.id) == ["query-0"])
  }

  @Test func `byte order marks are ignored at the start of every line`() throws {
    let rows = try parse(
      "\u{FEFF}{\"prompt\":\"a\",\"completion\":\"b\",\"id\":null}\n"
        + "\u{FEFF}{\"prompt\":\"c\",\"completion\":\"d\"}"
    )
    #expect(
      rows.map(\.texts) == [
        Example(id: "train-0", prompt: .text("a"), completion: "b"),
        Example(id: "train-1", prompt: .text("c"), completion: "d"),
      ]
    )
  }

  @Test(
    arguments: [
      ("", ExampleFileError.Code.empty, nil, "no examples in it"),
      ("\n \n", .empty, nil, "no examples in it"),
      (
        "\n{\"prompt\": 1]", .syntax, 2,
        "not valid JSON: expected ',' or a closing bracket at column 13"
      ),
      ("[1]", .syntax, 1, "a list, not an object"),
      (#"{"prompt":"a"}"#, .completion, 1, "no 'completion'"),
      (#"{"prompt":"a","completion":""}"#, .completion, 1, "the completion is empty"),
      (
        #"{"n":"a"}"#, .shape, 1,
        "neither 'prompt' and 'completion' nor 'messages'; it has 'n'"
      ),
      (#"{"prompt":1,"completion":"b"}"#, .shape, 1, "'prompt' is not a string"),
      (#"{"prompt":"a","completion":"b","tags":"x"}"#, .shape, 1, "'tags' is not a list"),
      (#"{"prompt":"a","completion":"b","tags":[3]}"#, .shape, 1, "'tags[0]' is not a string"),
      (#"{"prompt":"a","completion":"b","id":""}"#, .shape, 1, "the id is empty"),
      (#"{"messages":[]}"#, .completion, 1, "'messages' is empty"),
      (
        #"{"messages":[{"role":"user","content":"a"}]}"#, .completion, 1,
        "the last message is from 'user', not from 'assistant'"
      ),
      (
        #"{"messages":[{"role":"user","content":7},{"role":"assistant","content":"b"}]}"#, .shape,
        1, "'messages[0].content' is not a string"
      ),
      (
        #"{"messages":[{"role":"assistant","content":null}]}"#, .completion, 1,
        "the completion is empty"
      ),
      (
        #"{"messages":[{"content":"b"}]}"#, .shape, 1, "'messages[0]' has no 'role'"
      ),
      (
        #"{"messages":[{"role":"assistant","content":"b"}],"prompt":"a"}"#, .shape, 1,
        "both 'messages' and 'prompt' or 'completion'"
      ),
      (#"{"prompt":"a\u0000","completion":"b"}"#, .nul, 1, "a NUL character"),
      ("{\"prompt\":\"a\0\",\"completion\":\"b\"}", .nul, 1, "a NUL character"),
    ] as [(String, ExampleFileError.Code, Int?, String)]
  )
  func `a bad row is refused with its line and reason`(
    text: String,
    code: ExampleFileError.Code,
    line: Int?,
    reason: String
  ) throws {
    let error = try fault(Array(text.utf8))
    #expect(error.code == code)
    #expect(error.file == "rows.jsonl")
    #expect(error.line == line)
    #expect(error.reason == reason)
  }

  @Test(arguments: [
    #"{"prompt":"a","completion":"b",}"#, #"{"prompt":"a","completion":"b","tools":[1,]}"#,
    #"{"prompt":"a","completion":"b"} x"#,
  ])
  func `what hosts would not take for JSON is refused`(line: String) throws {
    let error = try fault(Array(line.utf8))
    #expect(error.code == .syntax)
    #expect(error.line == 1)
  }

  @Test func `bytes that are not UTF-8 are refused, not repaired`() throws {
    let error = try fault(
      Array(#"{"prompt":"a"#.utf8) + [0xC3, 0x28] + Array(#"","completion":"b"}"#.utf8)
    )
    #expect(error.code == .encoding)
    #expect(error.line == 1)
  }

  @Test func `two rows with one id are refused, a default id included`() throws {
    let error = try fault(
      Array("{\"prompt\":\"a\",\"completion\":\"b\",\"id\":\"train-1\"}\n".utf8)
        + Array(#"{"prompt":"a","completion":"b"}"#.utf8)
    )
    #expect(error.code == .duplicate)
    #expect(error.line == 2)
    #expect(error.reason == "the id 'train-1' is also on line 1")
  }

  @Test func `ids are told apart by their bytes`() throws {
    let rows = try parse(
      "{\"prompt\":\"a\",\"completion\":\"b\",\"id\":\"é\"}\n"
        + "{\"prompt\":\"a\",\"completion\":\"b\",\"id\":\"e\u{301}\"}"
    )
    #expect(rows.count == 2)
    #expect(rows[0] != rows[1])
  }

  @Test func `a written line reads back to the same example`() throws {
    let texts = ["", "plain", "\"quoted\" \\ \n\r\t\u{1}\u{7F}", "naïve 漢字 👩‍👩‍👧 \u{2028}"]
    for text in texts {
      for prompt in [Prompt.text(text), .chat([Message(role: "user", content: text)]), .chat([])] {
        let example = Example(id: "x\(text)", prompt: prompt, completion: "c\(text)", tags: [text])
        let line = ExampleFile.line(for: example, includingIdentity: true)
        #expect(!line.contains(0x0A))
        #expect(try ExampleFile.parse(line, role: .train, file: "").map(\.texts) == [example])
      }
    }
  }

  @Test func `a line for a host has neither id nor tags`() throws {
    let example = Example(
      id: "i",
      prompt: .chat([Message(role: "user", content: "a")]),
      completion: "b",
      tags: ["t"]
    )
    #expect(
      String(decoding: ExampleFile.line(for: example, includingIdentity: false), as: UTF8.self)
        == #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}"#
    )
    let plain = Example(id: "i", prompt: .text("a"), completion: "b", tags: ["t"])
    #expect(
      String(decoding: ExampleFile.line(for: plain, includingIdentity: false), as: UTF8.self)
        == #"{"prompt":"a","completion":"b"}"#
    )
    #expect(
      String(decoding: ExampleFile.line(for: plain, includingIdentity: true), as: UTF8.self)
        == #"{"id":"i","tags":["t"],"prompt":"a","completion":"b"}"#
    )
  }

  @Test func `a megabyte in one row is read`() throws {
    let long = String(repeating: "word ", count: 200_000)
    #expect(try parse("{\"prompt\":\"\(long)\",\"completion\":\"b\"}")[0].prompt == .text(long))
  }
}

@Suite struct JSONTextTests {
  @Test(arguments: [
    (0.0, "0"), (-0.0, "-0.0"), (1.0, "1"), (-3.0, "-3"), (0.1, "0.1"), (1e-5, "1e-05"),
    (.leastNonzeroMagnitude, "5e-324"), (1e300, "1e+300"),
    (9007199254740993.0, "9007199254740992.0"),
    (.nan, "null"), (.infinity, "null"),
  ])
  func `numbers are the shortest that read back, or null`(number: Double, text: String) {
    var bytes: [UInt8] = []
    JSONText.append(number, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == text)
    if number.isFinite { #expect(Double(text) == number) }
  }
}
