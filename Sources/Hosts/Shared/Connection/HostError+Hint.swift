extension HostError {
  /// What to do about a reply that a wrong address explains; `nil` for all others.
  static func hint(status: Int, said: String) -> String? {
    let text = said.lowercased()
    if text.contains("http request") && text.contains("https")
      && (text.contains("port") || text.contains("server"))
    {
      return "the server speaks https there: write baseURL with https://"
    }
    guard status == 404 || status == 405 else { return nil }
    // Frameworks' own words for a path that nobody answers; a missing model has others.
    let isPath =
      ["not found", "file not found", "404 page not found", "method not allowed", "an empty body"]
      .contains(text) || text.hasPrefix("invalid url (") || text.hasPrefix("cannot post")
      || text.hasPrefix("cannot get") || text.hasPrefix("'<")
    guard isPath else { return nil }
    return
      "nothing answers at this path: baseURL ends before /completions or /chat, as a rule in /v1"
  }
}
