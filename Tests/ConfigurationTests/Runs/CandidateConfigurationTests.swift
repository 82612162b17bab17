import Testing

@testable import Configuration

private func filter(_ said: String) throws -> RunConfiguration.CandidateFilter? {
  let text = """
    { data: { train: "t", queries: "q" }, trainer: { provider: "local" }, \(said) }
    """
  return try RunConfiguration(json5: Array(text.utf8), folder: "jobs/", defaultName: "x").candidates
}

struct CandidateConfigurationTests {
  @Test func `candidates have a text search, maybe a probing run, and always an audit`() throws {
    #expect(try filter("") == nil)
    let plain = try #require(try filter("candidates: {}"))
    #expect(plain == RunConfiguration.CandidateFilter())
    #expect(plain.nearest == 100 && plain.probing == nil && plain.audit == 0.1)
    let full = try filter("candidates: { nearest: 7, probing: 'p.db', top: 9, audit: 0.5 }")
    #expect(
      full == RunConfiguration.CandidateFilter(nearest: 7, probing: "jobs/p.db", top: 9, audit: 0.5)
    )
  }

  @Test(arguments: [
    ("nearest: 0", "candidates.nearest"), ("audit: 0", "candidates.audit"),
    ("audit: 1.5", "candidates.audit"), ("top: 3", "candidates.top"),
    ("probing: true", "candidates.probing"), ("probing: 'p', top: 0", "candidates.top"),
  ])
  func `impossible candidates are an error that names the key`(said: String, path: String) {
    let error = #expect(throws: ConfigurationError.self) { try filter("candidates: { \(said) }") }
    #expect(error?.path == path)
  }

  @Test func `an unknown key of candidates is told its nearest`() {
    let error = #expect(throws: ConfigurationError.self) { try filter("candidates: { nearst: 3 }") }
    #expect(error?.code == .unknownKey)
    #expect(error?.path == "candidates.nearst")
    #expect(error?.hint == "did you mean 'nearest'?")
    let root = #expect(throws: ConfigurationError.self) { try filter("candidate: {}") }
    #expect(root?.hint == "did you mean 'candidates'?")
  }
}
