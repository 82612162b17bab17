import Testing

@testable import Transport

@Suite struct `byte patterns` {
  /// Looks at every place.
  private func naive(_ pattern: [UInt8], _ text: [UInt8]) -> Range<Int>? {
    guard !pattern.isEmpty, pattern.count <= text.count else { return nil }
    let start = (0...(text.count - pattern.count)).first { start in
      text[start..<(start + pattern.count)].elementsEqual(pattern)
    }
    return start.map { $0..<($0 + pattern.count) }
  }

  @Test func `are found where looking at every place finds them`() {
    var found = 0
    for seed in 0..<4000 {
      // Three letters, so that most patterns occur in part, many wholly.
      var state = UInt64(seed)
      func next(_ count: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int(state >> 33) % count
      }
      let text = (0..<next(40)).map { _ in Array("ekQ".utf8)[next(3)] }
      let pattern = (0..<next(6)).map { _ in Array("ekQ".utf8)[next(3)] }
      let place = BytePattern(pattern).firstRange(in: text)
      #expect(place == naive(pattern, text))
      if place != nil { found += 1 }
    }
    #expect(found > 500)
  }

  @Test func `are found only within the bytes that are looked at`() {
    let pattern = BytePattern("\"error\"".utf8)
    let text = Array("{\"error\":1}".utf8)
    #expect(pattern.firstRange(in: text, within: 8) == 1..<8)
    #expect(pattern.firstRange(in: text, within: 7) == nil)
    #expect(pattern.firstRange(in: text, within: 0) == nil)
    #expect(BytePattern([]).firstRange(in: text) == nil)
    #expect(pattern.firstRange(in: []) == nil)
  }
}

@Suite struct `header fields` {
  @Test func `are found by name, whatever its case, and no status line is one`() {
    let fields = HTTPFields(
      Array("HTTP/1.1 200 OK: fine\r\nX-Request-ID:  7 \r\nserver:n\r\nServers: no\r\n\r\n".utf8)
    )
    let found = fields.named(["server", "x-request-id", "http/1.1 200 ok"])
    #expect(found.map(\.name) == ["x-request-id", "server"])
    #expect(found.map(\.value) == ["7", "n"])
    #expect(fields.all.map(\.name) == ["x-request-id", "server", "servers"])
    #expect(fields["x-request-id"] == "7")
  }
}
