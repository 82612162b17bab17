import Testing

@testable import Hosts

@Suite struct `the JSON scanner` {
  private func number(_ text: String) throws -> Double {
    var scanner = JSONScanner(Array(text.utf8))
    let value = try scanner.number()
    try scanner.finish()
    return value
  }

  @Test func `reads numbers to the last bit`() throws {
    var generator = Congruential()
    for _ in 0..<20_000 {
      let digits = Int.random(in: 1...21, using: &generator)
      var text = Bool.random(using: &generator) ? "-" : ""
      let point = Int.random(in: 1...digits, using: &generator)
      for place in 0..<digits {
        text += "\(Int.random(in: 0...9, using: &generator))"
        if place + 1 == point, point < digits { text += "." }
      }
      if Int.random(in: 0..<4, using: &generator) == 0 {
        text += "e\(Int.random(in: -30...30, using: &generator))"
      }
      #expect(try number(text).bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    for text in [
      "0.1", "5e-324", "1.7976931348623157e308", "9007199254740993", "2.2250738585072011e-308",
      "-28929741382598877e-16", "18446744073709551615", "18446744073709551616.5",
    ] {
      #expect(try number(text).bitPattern == Double(text)?.bitPattern, "\(text)")
    }
    #expect(try number("-0").sign == .minus)
    #expect(try number("1e400") == .infinity)
    #expect(try number("NaN").isNaN)
    #expect(try number("-Infinity") == -.infinity)
  }

  @Test(arguments: ["", "-", "+1", ".5", "1.", "1e", "1.e5", "0x10", "nan", "1,2", "--1"])
  func `refuses what is no number`(text: String) {
    #expect(throws: MalformedJSON.self) { try number(text) }
  }

  @Test func `reads strings with and without escapes, and none that is not UTF-8`() throws {
    var scanner = JSONScanner(Array(#"["", "né", "a\"\\b\u00e9\ud83d\ude00", "\n"]"#.utf8))
    try scanner.enterArray()
    var texts: [String] = []
    while try scanner.nextElement() { texts.append(try scanner.string()) }
    #expect(texts == ["", "né", "a\"\\bé😀", "\n"])
    for bytes: [UInt8] in [[0x22, 0xC3, 0x22], [0x22, 0xFF, 0x5C, 0x6E, 0x22], [0x22, 0x41]] {
      #expect(throws: MalformedJSON.self) {
        var scanner = JSONScanner(bytes)
        _ = try scanner.string()
      }
    }
  }

  @Test(arguments: ["1", "-0.5e+10", "true", "false", "null", "NaN", "-Infinity"])
  func `skips a number or a word`(text: String) throws {
    var scanner = JSONScanner(Array("[\(text)]".utf8))
    try scanner.enterArray()
    #expect(try scanner.nextElement())
    try scanner.skip()
    #expect(try !scanner.nextElement())
  }

  @Test(arguments: ["-1(7", "false\"x\"", "length\"", "nul", "1x", "+1"])
  func `refuses to skip what is neither`(text: String) throws {
    var scanner = JSONScanner(Array("[\(text)]".utf8))
    try scanner.enterArray()
    #expect(try scanner.nextElement())
    #expect(throws: MalformedJSON.self) { try scanner.skip() }
  }

  @Test func `skips what holds brackets and quotes in its strings`() throws {
    let text = #"{"a":["]}\"","\\",{"b}":"["}],"c":-1.5} 7"#
    var scanner = JSONScanner(Array(text.utf8))
    try scanner.skip()
    #expect(try scanner.number() == 7)
    try scanner.finish()
  }

  @Test(arguments: ["[1", "{\"a\"", "\"x", "[[]", "", "{\"a\":[}", "[\"x\\", "[\"x", "\"x\\\""])
  func `refuses to skip what does not end`(text: String) {
    #expect(throws: MalformedJSON.self) {
      var scanner = JSONScanner(Array(text.utf8))
      try scanner.skip()
      try scanner.finish()
    }
  }
}

/// Knuth's linear congruential generator.
private struct Congruential: RandomNumberGenerator {
  private var state: UInt64 = 1

  mutating func next() -> UInt64 {
    var bits: UInt64 = 0
    for _ in 0..<2 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      bits = bits << 32 | state >> 32
    }
    return bits
  }
}
