import Testing

@testable import Experiment

private func read(_ text: String) throws -> JSONValue { try JSON5Reader.read(Array(text.utf8)) }

@Suite struct `a reader of JSON5` {
  @Test func `reads what people write and JSON does not have`() throws {
    let text = """
      \u{FEFF}// first
      { bare: 1, $_é2: 'it''s', "quoted": [1, 2,], /* all
        of it */ 'single': "a\\
      b", nested: { last: null, }, }
      """.replacing("it''s", with: "it\\'s")
    #expect(
      try read(text) == [
        "bare": 1, "$_é2": "it's", "quoted": [1, 2], "single": "ab", "nested": ["last": nil],
      ]
    )
  }

  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("+7", 7), ("25.0", 25), ("1e2", 100), ("0x1F", 31), ("-0XA", -10),
      ("9223372036854775807", .integer(.max)), ("9223372036854775808", .unsigned(1 << 63)),
      ("18446744073709551615", .unsigned(.max)), (".5", .number(0.5)), ("5.", 5),
      ("-2.5e-1", .number(-0.25)), ("5.e-1", .number(0.5)), ("-Infinity", .number(-.infinity)),
      ("1e20", .number(1e20)), ("true", true), ("null", nil),
    ] as [(String, JSONValue)]
  )
  func `reads numbers and words`(text: String, value: JSONValue) throws {
    #expect(try read(text) == value)
  }

  @Test(arguments: [
    (#""\x41\u00e9\ud83d\ude00""#, "Aé😀"),
    (#"'\b\f\n\r\t\v\0\\\"\q'"#, "\u{8}\u{C}\n\r\t\u{B}\0\\\"q"),
    ("\"a\\\r\nb\"", "ab"), ("'\u{2028}\t'", "\u{2028}\t"),
  ])
  func `resolves escapes`(text: String, meant: String) throws {
    #expect(try read(text) == .string(meant))
  }

  @Test(arguments: [
    ("2026-01-02", "line 1, column 1: not a value; texts need quotes"),
    ("[01]", "line 1, column 2: not a value; texts need quotes"),
    ("[1.2.3, 1]", "line 1, column 2: not a value; texts need quotes"),
    ("[0x]", "line 1, column 2: not a value; texts need quotes"),
    ("[.]", "line 1, column 2: not a value; texts need quotes"),
    ("--1", "line 1, column 1: not a value; texts need quotes"),
    ("{a-b: 1}", "line 1, column 3: expected ':', found '-'"),
    ("{1a: 1}", "line 1, column 2: expected a key, found '1'"),
    ("[1,,2]", "line 1, column 4: expected a value, found ','"),
    (#"'\xg1'"#, "line 1, column 4: expected 2 hexadecimal digits"),
    (#"'\ud800'"#, "line 1, column 8: the escape before is no character"),
    (#"'\ud800\u0041'"#, "line 1, column 14: the escape before is no character"),
    ("'a\nb'", "line 1, column 1: this text has no closing quote"),
    (#"'\"#, "line 1, column 1: this text has no closing quote"),
    ("/* x", "line 1, column 5: expected a value, found the end of the file"),
    (String(repeating: "[", count: 200), "line 1, column 101: nested too deeply"),
    ("{\n a: 1, b: 2,\n \"a\": 3 }", "line 3, column 2: the key 'a' is there twice"),
    ("{ a: 1, a: 2, b }", "line 1, column 17: expected ':', found '}'"),
  ])
  func `says where a text stops being JSON5`(text: String, fault: String) {
    let error = #expect(throws: JSON5Fault.self) { try read(text) }
    #expect(error?.description == fault)
    #expect(error?.isRepeatedKey == fault.hasSuffix("twice"))
  }

  @Test func `tells keys apart by their bytes`() throws {
    #expect(try read("{ '\u{E9}': 1, 'e\u{301}': 2 }") == ["\u{E9}": 1, "e\u{301}": 2])
    let error = #expect(throws: JSON5Fault.self) { try JSON5Reader.read([0x7B, 0xE4, 0x7D]) }
    #expect(error?.description == "not valid UTF-8")
  }
}

@Suite struct WrittenTests {
  @Test func `keys are found with their lines and values, but for null`() throws {
    let text = "// first\n{ a: 1, /* two\nlines */ b: {\n  'c': [ { d: 1 } ],\n e: null } }"
    let written = try JSON5Reader.written(Array(text.utf8))
    #expect(written.mapValues(\.line) == ["a": 2, "b": 3, "b.c": 4, "b.c.d": 4])
    #expect(written["a"]?.value == .integer(1))
  }
}
