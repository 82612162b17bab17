import Testing

@testable import Commands

struct PriceListTests {
  @Test func `bytes that are no UTF-8 are an error, also in a bare key`() {
    let bytes = Array("{ d".utf8) + [0xE4] + Array("te: \"2026-01-01\", hosts: {} }".utf8)
    let error = #expect(throws: ConfigurationError.self) {
      try PriceList(json5: bytes, file: "p.json5")
    }
    #expect(error?.file == "p.json5")
    #expect(error?.cause == "not valid UTF-8")
  }
}
