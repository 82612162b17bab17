extension RunConfiguration {
  /// Which training rows are read; `nil` reads all.
  static func candidates(
    _ root: ConfigurationReader
  ) throws(ConfigurationError) -> CandidateFilter? {
    guard let part = try root.object("candidates", .candidates) else { return nil }
    if part.has("top"), !part.has("probing") {
      throw part.fault(
        .conflict,
        "top",
        "is only for '\(part.full("probing"))'",
        hint: "name the store of a probing run: probing: \"probing.db\""
      )
    }
    var filter = CandidateFilter()
    filter.nearest = try part.whole("nearest") ?? filter.nearest
    filter.probing = try part.file("probing")
    filter.top = try part.whole("top") ?? filter.top
    filter.audit =
      try part.number("audit", "a number above 0 and at most 1") { $0 > 0 && $0 <= 1 }
      ?? filter.audit
    return filter
  }
}
