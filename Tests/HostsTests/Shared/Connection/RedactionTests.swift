import Experiment
import Foundation
import Testing
import Transport

@testable import Hosts

@Suite struct `removing secrets` {
  private static let key = HostConnection.testKey
  private let redaction = Redaction([Secret(Self.key)].compactMap(\.self))

  private func kept(_ text: String, isSearched: Bool = true) -> String {
    String(decoding: redaction.body(Array(text.utf8), isSearched: isSearched), as: UTF8.self)
  }

  @Test(arguments: [
    key, "sk-proj-0123456789%2Fabc%2Bdef", "sk-proj-0123456789%2fabc%2bdef",
    "%73k%2Dproj%2D0123456789%2Fabc%2Bdef", #"sk-proj-0123456789\/abc+def"#,
    #"\u0073k-proj-0123456789\u002Fabc\u002bdef"#,
  ])
  func `removes the key however it is written`(spelling: String) {
    for isSearched in [true, false] {
      #expect(kept("key: \(spelling).", isSearched: isSearched) == "key: REDACTED.")
      #expect(kept("\(spelling)\(spelling)", isSearched: isSearched) == "REDACTEDREDACTED")
    }
    #expect(kept(#"{"a":"\#(spelling)!","b":"\n"}"#) == #"{"a":"REDACTED!","b":"\n"}"#)
    #expect(redaction.url("https://h.example/\(spelling)/x") == "https://h.example/REDACTED/x")
    #expect(redaction.withoutKey("a \(spelling)") == "a REDACTED")
  }

  @Test(arguments: ["", "x", "xy", "Bearer "])
  func `removes the key in base64 but for a few bits`(before: String) {
    let digits = Data((before + Self.key + "z").utf8).base64EncodedString()
    let text = kept("{\"seen\": \"\(digits)\"}", isSearched: false)
    #expect(text.contains("REDACTED") && text.count < 40, "\(text)")
  }

  @Test func `leaves alone what only begins like the key`() {
    for text in [
      "sk-proj-0123456789/abc+de", "%73k-proj", #"\u0073"#, "%", "\\", "%7", "sk-proj-x",
    ] {
      #expect(kept(text) == text)
    }
  }

  @Test(arguments: [
    (
      "https://s.example/u?X-Amz-Signature=a1&part=1",
      "https://s.example/u?X-Amz-Signature=REDACTED&part=1"
    ),
    ("https://h.example/v1?api-key=k&v=1", "https://h.example/v1?api-key=REDACTED&v=1"),
    ("https://b.example/f?sv=1&sig=a%2Fb", "https://b.example/f?sv=1&sig=REDACTED"),
    (
      "https://g.example/f?x-goog-credential=c#t",
      "https://g.example/f?x-goog-credential=REDACTED#t"
    ),
    ("https://h.example/models?limit=10", "https://h.example/models?limit=10"),
    ("https://h.example/\(HostConnection.testKey)/x", "https://h.example/REDACTED/x"),
  ])
  func `empties secret query items and nothing else`(url: String, shown: String) {
    #expect(redaction.url(url) == shown)
    #expect(kept("{\"url\":\"see \(url)\"}").contains(shown))
  }

  @Test func `knows the members that hold keys of other services`() {
    let text =
      #"{"integrations":[{"wandb":{"API_Key":"w"}}],"hf_api_token":"h","from":{"token":"t"},"max_tokens":5}"#
    #expect(
      kept(text)
        == #"{"from":{"token":"REDACTED"},"hf_api_token":"REDACTED","integrations":[{"wandb":{"API_Key":"REDACTED"}}],"max_tokens":5}"#
    )
  }

  @Test func `takes no word of a model for a key, and keeps NaN`() {
    for text in [
      #"{"content":[{"token":"Paris","logprob":-0.5,"top_logprobs":[{"token":"A","logprob":NaN}]}]}"#,
      #"{"tokens":["a"],"usage":{"total_tokens":1}}"#, "not JSON at all",
    ] {
      #expect(kept(text) == text)
    }
  }

  @Test func `keeps few header fields, and those without secrets`() {
    let fields: HTTPFields = HTTPFields([
      "Set-Cookie": "session=1", "X-Request-ID": "r-\(Self.key)",
      "Location": "https://s.example/u?sig=abc", "Authorization": "Bearer x",
    ])
    #expect(
      redaction.fields(fields) == [
        .init("x-request-id", "r-REDACTED"), .init("location", "https://s.example/u?sig=REDACTED"),
      ]
    )
  }

  @Test(arguments: ["x", "abc", "EMPTY"])
  func `takes what local servers are sent for no secret`(key: String) {
    let text = "{\"a\":\"xabc EMPTY\"}"
    let redaction = Redaction([Secret(key)].compactMap(\.self))
    #expect(redaction.body(Array(text.utf8), isSearched: true) == Array(text.utf8))
  }

  @Test func `a key shows itself in nothing that can be printed`() throws {
    let secret = try #require(Secret("  \(Self.key)\n"))
    var dumped = ""
    dump([secret], to: &dumped)
    for text in ["\(secret)", String(reflecting: secret), "\([secret as Any])", dumped] {
      #expect(!text.contains("0123456789"))
    }
    #expect(secret.reveal() == Self.key)
    #expect(Secret(" \n") == nil && Secret("") == nil)
  }
}
