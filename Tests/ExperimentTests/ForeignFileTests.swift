import Experiment
import Testing

private func error(_ bytes: [UInt8], file: String = "rows.jsonl") throws -> ExampleFileError {
  try #require(
    #expect(throws: ExampleFileError.self) {
      try ExampleFile.parse(bytes, role: .train, file: file)
    }
  )
}

private let row = #"{"prompt": "Was ist ü?", "completion": " ein 😀"}"#

private func utf16(_ text: String, isBigEndian: Bool) -> [UInt8] {
  text.utf16.flatMap { unit in
    let bytes = [UInt8(unit >> 8), UInt8(unit & 0xFF)]
    return isBigEndian ? bytes : bytes.reversed()
  }
}

private func utf32(_ text: String) -> [UInt8] {
  text.unicodeScalars.flatMap { scalar in
    (0..<4).map { UInt8(truncatingIfNeeded: scalar.value >> (8 * $0)) }
  }
}

/// A file, what it is called and how it is converted.
private struct Foreign: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let bytes: [UInt8]
  var line: Int?
  let reason: String
  let hint: String

  init(_ reason: String, _ bytes: [UInt8], line: Int? = nil, hint: String) {
    testDescription = reason
    self.bytes = bytes
    self.line = line
    self.reason = reason
    self.hint = hint
  }

  init(_ reason: String, _ text: String, line: Int? = 1, hint: String) {
    self.init(reason, Array(text.utf8), line: line, hint: hint)
  }
}

private let files: [Foreign] = [
  Foreign(
    "UTF-16, not UTF-8",
    [0xFF, 0xFE] + utf16(row, isBigEndian: false),
    hint: "iconv -f UTF-16 -t UTF-8 rows.jsonl > rows.utf8.jsonl"
  ),
  Foreign("UTF-16LE, not", utf16(row, isBigEndian: false), hint: "iconv -f UTF-16LE"),
  Foreign("UTF-16BE, not", utf16(row, isBigEndian: true), hint: "iconv -f UTF-16BE"),
  Foreign("UTF-32, not", [0xFF, 0xFE, 0, 0] + utf32(row), hint: "iconv -f UTF-32 "),
  Foreign("UTF-32LE, not", utf32(row), hint: "iconv -f UTF-32LE"),
  Foreign("UTF-32BE, not", utf32(row).reversed(), hint: "iconv -f UTF-32BE"),
  Foreign("a gzip file", [0x1F, 0x8B, 8, 0], hint: "gunzip -c rows.jsonl > rows.rows.jsonl"),
  Foreign("a Zstandard file", [0x28, 0xB5, 0x2F, 0xFD], hint: "zstd -dc"),
  Foreign("a bzip2 file", "BZh91AY", line: nil, hint: "bunzip2 -c"),
  Foreign("an xz file", [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], hint: "xz -dc"),
  Foreign("a Parquet file", "PAR1\u{15}", line: nil, hint: "pandas.read_parquet(\"rows.jsonl\")"),
  Foreign("a zip archive", Array("PK\u{3}\u{4}...rows.jsonl".utf8), hint: "unzip"),
  Foreign(
    "an Excel workbook",
    Array("PK\u{3}\u{4}...[Content_Types].xml...xl/workbook.xml".utf8),
    hint: "pandas.read_excel"
  ),
  Foreign("a PDF", "%PDF-1.7", line: nil, hint: "ask for them"),
  Foreign("a web page", "\n<!DOCTYPE html><html>", line: nil, hint: "'raw'"),
  Foreign(
    "a Git LFS pointer",
    "version https://git-lfs.github.com/spec/v1",
    line: nil,
    hint: "git lfs pull"
  ),
  Foreign(
    "a JSON array of all rows",
    "\u{FEFF}[\(row), \(row)]",
    line: nil,
    hint: "jq -c '.[]' rows.jsonl > rows.rows.jsonl"
  ),
  Foreign(
    "a JSON array of all rows",
    "[\n  \(row),\n  \(row)\n]\n",
    line: nil,
    hint: "jq -c '.[]'"
  ),
  Foreign(
    "an object spread over several lines",
    "{\n \"prompt\": \"a\",\n \"completion\": \"b\"\n}\n\(row)",
    hint: "jq -c '.'"
  ),
  Foreign("several objects on one line", row + row, hint: "jq -c '.'"),
  Foreign(
    #"\ud83d at column 32 is half of a character"#,
    row + "\n" + #"{"prompt": "ä", "completion": "\ud83d b"}"#,
    line: 2,
    hint: "utf-8:replace"
  ),
  Foreign(
    #"\uDC00 at column 13 is half"#,
    #"{"prompt": "\uDC00", "completion": "b"}"#,
    hint: "mend"
  ),
  Foreign(
    "byte FC ('ü' in Latin-1) at column 14 is not UTF-8",
    Array("\(row)\n{\"prompt\": \"a".utf8) + [0xFC] + Array("\", \"completion\": \"b\"}".utf8),
    line: 2,
    hint: "iconv -f WINDOWS-1252"
  ),
  Foreign(
    "UTF-16 within a file of UTF-8",
    Array("\(row)\n".utf8) + utf16(row, isBigEndian: false),
    line: 2,
    hint: "Out-File -Encoding utf8"
  ),
  Foreign("nothing but zero bytes", Array("\(row)\n".utf8) + [0, 0, 0, 0], line: 2, hint: "tr -d"),
  Foreign("a comma behind the object", "\(row),\n\(row)\n", hint: "sed 's/,[[:space:]]*$//'"),
  Foreign(
    "a Python dictionary in single quotes",
    "{'prompt': 'a', 'completion': None}",
    hint: "ast.literal_eval"
  ),
  Foreign(
    "True at column 37 is Python's",
    #"{"prompt":"a","completion":"b","w": True}"#,
    hint: "json.dumps"
  ),
  Foreign(
    "NaN at column 37 is no JSON number",
    #"{"prompt":"a","completion":"b","w": NaN}"#,
    hint: "sed "
  ),
  Foreign("a typographic quotation mark at column 2", "{“prompt”: “a”}", hint: "replace"),
  Foreign(
    "a tab within a text, at column 13",
    "{\"prompt\":\"a\tb\",\"completion\":\"c\"}",
    hint: "json.dumps"
  ),
  Foreign(
    "the line ends within a text",
    "{\"prompt\":\"a\nb\",\"completion\":\"c\"}\n\(row)",
    hint: "json.dumps"
  ),
  Foreign("the line breaks off", "\(row)\n{\"prompt\": \"a\", \"comp", line: 2, hint: "sed '$d'"),
  Foreign(
    "the object is not closed",
    "{\"prompt\": \"a\", \"completion\": \"b\"\n\(row)",
    hint: "close it"
  ),
  Foreign("'prompt' at column 2 has no quotes", "{prompt: \"a\"}", hint: "double quotes"),
  Foreign(
    "an escape at column 12 that JSON has not",
    #"{"prompt":"\d","completion":"b"}"#,
    hint: "json.dumps"
  ),
  Foreign(
    "a text, not an object: a row that was made JSON twice",
    #""{\"prompt\":\"a\"}""#,
    hint: "jq -c 'fromjson'"
  ),
  Foreign("a list, not an object", "[\"a\", \"b\"]\n", hint: "{\"prompt\""),
  Foreign("comma-separated values", "prompt,completion\n\"a, b\",c\n", hint: "csv.DictReader"),
  Foreign("tab-separated values", "question\tanswer\na\tb\n", hint: #"delimiter="\t""#),
  Foreign("a comment", "// rows\n\(row)\n", hint: "leave the line out"),
  Foreign("text, not an object", "Hello, dear reader of this file.\n", hint: "{\"prompt\""),
]

private let rows: [Foreign] = [
  Foreign(
    "a preference row ('chosen' and 'rejected')",
    #"{"prompt":"a","chosen":"b","rejected":"c"}"#,
    hint: "jq -c '.completion = .chosen | del(.chosen, .rejected)'"
  ),
  Foreign(
    "a preference row ('chosen'",
    #"{"chosen":[{"role":"user","content":"a"}],"rejected":[]}"#,
    hint: ".messages = .chosen |"
  ),
  Foreign(
    "a preference row ('chosen'",
    #"{"chosen":"\n\nHuman: a\n\nAssistant: b","rejected":"c"}"#,
    hint: "capture("
  ),
  Foreign(
    "a preference row ('preferred_output'",
    #"{"input":{"messages":[]},"preferred_output":[],"non_preferred_output":[]}"#,
    hint: ".messages += $r.preferred_output"
  ),
  Foreign(
    "a preference row (KTO)",
    #"{"prompt":"a","completion":"b","label":false}"#,
    hint: "select(.label)"
  ),
  Foreign(
    "an instruction row, such as Alpaca's",
    #"{"instruction":"a","input":"","output":"b"}"#,
    hint: ".prompt = ([.instruction, .input // \"\"]"
  ),
  Foreign(
    "a ShareGPT row",
    #"{"conversations":[{"from":"human","value":"a"},{"from":"gpt","value":"b"}]}"#,
    hint: "[.conversations[] | {role: ({human: \"user\""
  ),
  Foreign(
    "a Gemini row",
    #"{"contents":[{"role":"user","parts":[{"text":"a"}]}]}"#,
    hint: ".contents[]"
  ),
  Foreign(
    "'prompt' and 'completion' that are lists of messages",
    #"{"prompt":[{"role":"user","content":"a"}],"completion":[{"role":"assistant","content":"b"}]}"#,
    hint: ".messages = .prompt + .completion"
  ),
  Foreign(
    "'question' and 'answer' in the place",
    #"{"question":"a","answer":"b"}"#,
    hint: "jq -c '.prompt = .question | .completion = .answer | del(.question, .answer)'"
  ),
  Foreign(
    "'prompt' and 'response' in the place",
    #"{"prompt":"a","response":"b"}"#,
    hint: "jq -c '.completion = .response | del(.response)'"
  ),
  Foreign("a text that does not say where", #"{"text":"a"}"#, hint: ".completion = .text"),
  Foreign("its keys are roles", #"{"user":"a","assistant":"b"}"#, hint: "role: $r"),
  Foreign(
    "its roles are called 'human' and 'ai'",
    #"{"messages":[{"role":"human","content":"a"},{"role":"ai","content":"b"}]}"#,
    hint: #"{human: "user", ai: "assistant"}"#
  ),
  Foreign("'messages' is a text", #"{"messages":"[]"}"#, hint: "fromjson"),
  Foreign(
    "all rows in one object, under 'data'",
    #"{"data":[{"prompt":"a","completion":"b"}]}"#,
    hint: ".data[]"
  ),
  Foreign("columns, not rows", #"{"prompt":["a"],"completion":["b"]}"#, hint: "transpose[]"),
  Foreign(
    "neither 'prompt' and 'completion' nor 'messages'; it has 'x', 'y'",
    #"{"y":"a","x":"b"}"#,
    hint: "say which is which"
  ),
]

@Suite struct `foreign files` {
  @Test(arguments: files + rows)
  fileprivate func `are named with one line that converts them`(foreign: Foreign) throws {
    let error = try error(foreign.bytes)
    #expect(error.reason.hasPrefix(foreign.reason), "\(error.reason)")
    #expect(error.line == foreign.line)
    #expect(error.hint?.contains(foreign.hint) == true, "\(error.hint ?? "no hint")")
    #expect(!error.reason.contains("\n") && error.hint?.contains("\n") != true)
  }

  @Test func `are told from rows that a host may get`() throws {
    let rows = [
      row,
      #"{"prompt":"a","completion":"b","label":"spam"}"#,
      #"{"prompt":"{'a': [","completion":"PAR1","text":"x","chosen":1}"#,
      #"{"prompt":"half \ud83d\ude00","completion":"\\ud83d"}"#,
      #"{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}],"data":[{}]}"#,
    ]
    let text = "\u{FEFF}\r\n" + rows.joined(separator: "\n\n")
    #expect(try ExampleFile.parse(Array(text.utf8), role: .query, file: "").count == rows.count)
  }

  @Test func `never make a conversion that writes over its own input`() throws {
    for (file, output) in [
      ("a.json", "> a.jsonl"), ("a.jsonl", "> a.rows.jsonl"), ("d.x/rows", "> d.x/rows.jsonl"),
      ("my rows.json", "'my rows.json' > 'my rows.jsonl'"), ("it's.json", #"'it'\''s.json'"#),
    ] {
      let hint = try error(Array("[\(row)]".utf8), file: file).hint
      #expect(hint?.contains(output) == true, "\(hint ?? "")")
    }
    let packed = try error([0x1F, 0x8B, 8], file: "a.jsonl.gz")
    #expect(packed.hint == "gunzip -c a.jsonl.gz > a.jsonl")
  }

  @Test func `with a million brackets end in an error, not in a deep recursion`() throws {
    let brackets = String(repeating: "[", count: 1_000_000)
    #expect(try error(Array(("{\"a\":" + brackets).utf8)).line == 1)
  }
}
