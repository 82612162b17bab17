import Experiment
import Files
import Hosts
import TestSupport
import Testing

@testable import Configuration

@Suite struct `price lists` {
  private func fault(_ text: String) throws -> ConfigurationError {
    let folder = try TemporaryFolder()
    try PrivateFile.write(Array(text.utf8), to: folder.path("prices.json5"))
    return try #require(
      #expect(throws: ConfigurationError.self) {
        try PriceList.read(path: folder.path("prices.json5"))
      }
    )
  }

  @Test func `take the entry of the longest start of a name`() throws {
    let text =
      "{date: '2026-01-02', hosts: {box: {'': {prompt: 1}, 'a-b': {prompt: 2, training: 3, hour: 4}}}}"
    let list = try PriceList(json5: Array(text.utf8))
    #expect(list.entry(of: "ft:a-b-c", at: "box") == .init(training: 3, prompt: 2, hour: 4))
    #expect(list.entry(of: "x", at: "box") == .init(prompt: 1))
    #expect(list.entry(of: "x", at: "other") == nil)
    #expect(try PriceList.standard().entry(of: "gpt-4o-mini-2024", at: "openai")?.prompt != nil)
  }

  @Test(
    arguments: [
      (
        "{date: 'd', hosts: {box: {'': {prompt: 1, hours: 2}}}}",
        "unknown key 'hours' in 'hosts.box.'", "did you mean 'hour'?"
      ),
      ("{date: 'd', host: {}}", "unknown key 'host'", "did you mean 'hosts'?"),
      ("{date: 'd'}", "'hosts' is missing", nil),
      (
        "{date: 'd', hosts: {box: {m: {hour: -1}}}}",
        "'hosts.box.m.hour' should be a number of 0 or more, found -1", nil
      ),
      (
        "{date: 'd', hosts: {box: {m: {hour: '1'}}}}",
        "'hosts.box.m.hour' should be a number of 0 or more, found \"1\"", nil
      ),
      (
        "{date: 'd', hosts: {box: {m: {hour: 9, prompt: 1, 'hour': 0}}}}",
        "line 1, column 51: the key 'hour' is there twice", "keep one of them"
      ),
      ("\u{1F}\u{8B}", "not valid JSON5", nil),
    ] as [(String, String, String?)]
  )
  func `are refused where a loss would not be counted`(
    text: String,
    cause: String,
    hint: String?
  ) throws {
    let error = try fault(text)
    if text.hasPrefix("{") {
      #expect(error.cause == cause)
      #expect(error.hint == hint)
    }
    #expect(error.file?.hasSuffix("prices.json5") == true)
  }

  @Test func `that are not UTF-8 are an error, also in a bare key`() {
    let bytes = Array("{ d".utf8) + [0xE4] + Array("te: \"2026-01-01\", hosts: {} }".utf8)
    let error = #expect(throws: ConfigurationError.self) { try PriceList(json5: bytes) }
    #expect(error?.cause == "not valid UTF-8")
  }

  @Test func `and all other files of ours are named when they are no text`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.json5")
    let files: [([UInt8], String)] = [
      ([0xFF, 0xFE, 0x7B, 0], "UTF-16"), ([0x1F, 0x8B, 8, 0], "gzip"),
    ]
    for (bytes, name) in files {
      try PrivateFile.write(bytes, to: path)
      let faults = [
        #expect(throws: ConfigurationError.self) { try RunConfiguration.read(file: path) }?.cause,
        #expect(throws: ConfigurationError.self) { try PriceList.read(path: path) }?.cause,
        #expect(throws: CredentialsError.self) {
          try SecretSource.file(path).secret(environment: [:])
        }?.message,
      ]
      for fault in faults { #expect(fault?.contains(name) == true) }
    }
  }
}
