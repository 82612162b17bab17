import Foundation
import Synchronization
import TestSupport
import Testing

/// A way in which a host is wrong, and what the program says about it.
struct Misfortune: Sendable, CustomTestStringConvertible {
  let testDescription: String
  /// What `apiKey` says.
  var key = "apiKey: { file: \"key\" },"
  /// Another base URL than the host's.
  var url: String?
  let status: Int32
  /// Parts of standard error.
  let message: [String]
  /// Most requests that it may take.
  var most = 40
  var twist: ScriptedOpenAI.Twist = { $1 }

  /// All requests are answered so.
  static func all(
    _ name: String,
    _ status: Int32,
    _ message: [String],
    most: Int = 2,
    _ answer: LoopbackServer.Answer
  ) -> Misfortune {
    Misfortune(testDescription: name, status: status, message: message, most: most) { _, _ in
      answer
    }
  }

  /// Losses under tuned models are answered so.
  static func read(
    _ name: String,
    _ status: Int32,
    _ message: [String],
    _ answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer
  ) -> Misfortune {
    // Each list under way, its first row and the row that tells whose fault it is, all of them twice
    // where a reply cannot be read.
    Misfortune(testDescription: name, status: status, message: message, most: 90) {
      request,
      honest in
      request.path == "/v1/completions" && request.text.contains("ft:base:")
        ? answer(request) : honest
    }
  }
}

private func error(_ message: String) -> String { #"{"error":{"message":"\#(message)"}}"# }

private let misfortunes: [Misfortune] = [
  Misfortune(
    testDescription: "no key",
    key: "",
    status: 4,
    message: ["cannot ask the box: no key", "'BOX_KEY' is not set", "hint: export BOX_KEY="],
    most: 0
  ),
  Misfortune(
    testDescription: "no key file",
    key: "apiKey: { file: \"nowhere\" },",
    status: 4,
    message: ["cannot read the key file", "nowhere"],
    most: 0
  ),
  .all(
    "a wrong key",
    4,
    ["box, GET /models, answered 401: bad key", "hint: check the key"],
    .json(error("bad key"), status: 401)
  ),
  .all(
    "a key without rights",
    4,
    ["answered 403: not yours", "hint: check the key"],
    .json(error("not yours"), status: 403)
  ),
  .all(
    "an account without credit",
    5,
    ["answered 429: no money", "hint: top up"],
    .json(#"{"error":{"message":"no money","code":"insufficient_quota"}}"#, status: 429)
  ),
  .read(
    "a day's limit",
    1,
    ["answered 429: tomorrow", "hint: the same command resumes after 20"]
  ) { _ in
    .reply(429, ["Retry-After": "86400"], Array(error("tomorrow").utf8))
  },
  .all(
    "an unknown model",
    64,
    ["cannot read losses of these completions", "answered 404: no 'base'"],
    most: 5,
    .json(error("no 'base'"), status: 404)
  ),
  Misfortune(
    testDescription: "a redirect to another host",
    status: 64,
    message: ["redirects POST to https://192.0.2.1:443: ", "is the base URL right?"],
    most: 2
  ) { request, honest in
    request.method == "POST" ? .reply(302, ["Location": "https://192.0.2.1/"], []) : honest
  },
  Misfortune(
    testDescription: "nobody at the address",
    url: "http://127.0.0.1:1/v1",
    status: 1,
    message: [
      "cannot ask box, GET /models: http://127.0.0.1:1: ", "hint: check the port in baseURL",
    ]
  ),
  Misfortune(
    testDescription: "plain http to another machine",
    url: "http://192.0.2.1/v1",
    status: 64,
    message: [
      "plain http to http://192.0.2.1:80 would show keys and data to the network",
      "allowsPlainHTTP: true",
    ]
  ),
  .read("a tuned model that is not there", 1, ["answered 404: gone", "hint: check target.model"]) {
    _ in .json(error("gone"), status: 404)
  },
  .read("no log-probabilities", 64, ["box returned no log-probabilities for the prompt of "]) {
    request in
    .json(#"{"choices":[{"index":0,"logprobs":null}]}"#)
  },
  .read("a wrong number of choices", 1, ["answered 0 choices for 1 prompts: '{\"choices\":[]}'"]) {
    request in
    .json(#"{"choices":[]}"#)
  },
  .read("a 200 with an error inside", 1, ["answered with an error: the model broke"]) { _ in
    .json(error("the model broke"))
  },
  .read("an endless reply", 1, ["the reply is longer than allowed"]) { _ in .endless },
  .read("another model's answer", 1, ["was asked for model 'ft:base:", "but 'other' answered"]) {
    request in
    var document = Completion.document(of: request)
    document["model"] = "other"
    let bytes = (try? JSONSerialization.data(withJSONObject: document)) ?? Data()
    return .reply(200, [:], Array(bytes))
  },
]

struct HostileHostTests {
  private func place(_ host: ScriptedOpenAI, _ misfortune: Misfortune? = nil) throws -> Workplace {
    let place = try Workplace()
    try place.write("box.json5", ScriptedOpenAI.profile)
    try place.write("key", "sk-0123456789abcdef\n")
    var text = host.configuration(key: misfortune?.key ?? "apiKey: { file: \"key\" },")
    if let url = misfortune?.url { text = text.replacingOccurrences(of: host.url, with: url) }
    try place.write("hosted.json5", text)
    return place
  }

  @Test(.timeLimit(.minutes(10)), arguments: misfortunes)
  func `each is one clear error with the documented status`(misfortune: Misfortune) async throws {
    let host = try ScriptedOpenAI(misfortune.twist)
    let place = try place(host, misfortune)
    let ending = try await place.daunce("run", "hosted.json5", "-q")
    #expect(ending.status == misfortune.status, "\(ending.notes)")
    #expect(ending.output.isEmpty)
    let errors = ending.notes.split(separator: "\n").filter { $0.hasPrefix("error: ") }
    #expect(errors.count == 1)
    for part in misfortune.message { #expect(ending.notes.contains(part), "\(ending.notes)") }
    #expect(host.requests.count <= misfortune.most, "\(host.requests.map(\.path))")
  }

  @Test func `a model that vanishes costs its own losses, and the same command gets them`()
    async throws
  {
    let isBack = Mutex(false)
    let victim = Mutex<String?>(nil)
    let host = try ScriptedOpenAI { request, honest in
      guard request.path == "/v1/completions", let range = request.text.range(of: "ft:base:") else {
        return honest
      }
      let name = String(request.text[range.upperBound...].prefix { $0.isLetter || $0.isNumber })
      let isLast = victim.withLock { victim in
        // The first model that is read is θ0: the next one vanishes after its first losses.
        if victim == nil { victim = "not \(name)" }
        if victim?.hasPrefix("not ") == true, victim != "not \(name)" {
          victim = name
          return false
        }
        return victim == name
      }
      return isLast && !isBack.withLock { $0 } ? .json(error("gone"), status: 404) : honest
    }
    let place = try place(host)
    let first = try await place.daunce("run", "hosted.json5", "--json")
    #expect(first.status == 3)
    let partial = try first.objects().first?["losses"] as? [String: Int]
    #expect(partial?["expected"] == 42 * 3 + 12, "\(partial ?? [:])")
    #expect(first.notes.contains("failed: box, POST /completions, answered 404: gone"))
    isBack.withLock { $0 = true }
    let jobs = host.requests.count { $0.method == "POST" && $0.path == "/v1/fine_tuning/jobs" }
    let second = try await place.daunce("run", "hosted.json5", "--json")
    #expect(second.status == 0, "\(second.notes)")
    let losses = try second.objects().first?["losses"] as? [String: Int]
    #expect(losses?["measured"] == losses?["expected"])
    #expect(
      host.requests.count { $0.method == "POST" && $0.path == "/v1/fine_tuning/jobs" } == jobs
    )
  }

  @Test func `numbers that are none and texts that are too long are missing, never invented`()
    async throws
  {
    let host = try ScriptedOpenAI { request, honest in
      guard request.path == "/v1/completions", request.text.contains("ft:base:") else {
        return honest
      }
      // Lists are refused for their longest member, which alone is then found too long.
      if request.text.contains("number 7 ") {
        let text = "This model's maximum context length is 9 tokens."
        return .json(error(text), status: 400)
      }
      var document = Completion.document(of: request)
      var choices = document["choices"] as? [[String: Any]] ?? []
      for index in choices.indices {
        let text = choices[index]["text"] as? String ?? ""
        var values = choices[index]["logprobs"] as? [String: Any] ?? [:]
        var list = values["token_logprobs"] as? [Any] ?? []
        // The last but one is the completion's last token; one more was generated.
        if text.contains("number 11 ") { list[list.count - 2] = NSNull() }
        if text.contains("number 12 ") { list[list.count - 2] = -9999.0 }
        if text.contains("number 13 ") { list[list.count - 2] = "NaN" }
        values["token_logprobs"] = list
        choices[index]["logprobs"] = values
      }
      document["choices"] = choices
      let bytes = (try? JSONSerialization.data(withJSONObject: document)) ?? Data()
      let json = String(decoding: bytes, as: UTF8.self).replacingOccurrences(
        of: "\"NaN\"",
        with: "NaN"
      )
      return .json(json)
    }
    let place = try place(host)
    let run = try await place.daunce("run", "hosted.json5", "--json", "-q")
    #expect(run.status == 0, "\(run.notes)")
    let losses = try run.objects().first?["losses"] as? [String: Int]
    #expect(losses?["missing"] == 4 * 3 && losses?["measured"] == 42 * 3)
    #expect(try await place.daunce("export", "hosted.db", "losses", "-o", "l.csv").status == 0)
    let rows = String(decoding: try place.read("l.csv"), as: UTF8.self).split(separator: "\n")
    for row in rows.dropFirst() {
      let cells = row.split(separator: ",", omittingEmptySubsequences: false)
      let isLost = ["t7", "t11", "t12", "t13"].contains(cells[0])
      #expect(cells.dropFirst(2).allSatisfy { $0.isEmpty == isLost })
      #expect(cells.dropFirst(2).compactMap { Double($0) }.allSatisfy { (0..<200).contains($0) })
      #expect(!row.lowercased().contains("nan"))
    }
  }

  @Test(arguments: [(401, 4), (402, 5)] as [(Int, Int32)])
  func `a key or credit that ends mid-run stops it at once, and the same command goes on`(
    status: Int,
    exit: Int32
  ) async throws {
    let isOver = Mutex(true)
    let refused = Mutex(0)
    let created = Mutex<[String]>([])
    let host = try ScriptedOpenAI { request, honest in
      guard request.index >= 40, isOver.withLock({ $0 }) else {
        if request.method == "POST", request.path == "/v1/fine_tuning/jobs" {
          created.withLock { $0.append(request.text) }
        }
        return honest
      }
      refused.withLock { $0 += 1 }
      return .json(error("no more"), status: status)
    }
    let place = try place(host)
    let first = try await place.daunce("run", "hosted.json5")
    #expect(first.status == exit)
    #expect(first.notes.contains("answered \(status): no more"))
    // Those under way, none again.
    #expect(refused.withLock { $0 } < 64)
    isOver.withLock { $0 = false }
    let second = try await place.daunce("run", "hosted.json5", "--json")
    #expect(second.status == 0, "\(second.notes)")
    let losses = try second.objects().first?["losses"] as? [String: Int]
    #expect(losses?["measured"] == losses?["expected"])
    let jobs = created.withLock { $0 }
    #expect(jobs.count == 4 && Set(jobs).count == 4)
  }

  @Test(.enabled(if: SecureServer.isPossible))
  func `an expired certificate is named, and nothing is sent`() async throws {
    let folder = try TemporaryFolder()
    let dates = (from: "20200101000000Z", to: "20200201000000Z")
    let server = try SecureServer(folder: folder.url.path, days: dates)
    defer { withExtendedLifetime(server) {} }
    let host = try ScriptedOpenAI()
    let place = try place(host)
    let text = host.configuration(key: "apiKey: { file: \"key\" },")
      .replacingOccurrences(of: host.url, with: "https://127.0.0.1:\(server.port)/v1")
    try place.write("hosted.json5", text)
    let ending = try await DaunceProcess(
      ["probe", "hosted.json5"],
      in: place.url,
      environment: ["SSL_CERT_FILE": folder.path("cert.pem")]
    ).ending()
    #expect(ending.status == 64)
    #expect(ending.notes.contains("https://127.0.0.1:\(server.port): "))
    #expect(ending.notes.contains("certificate has expired"))
    #expect(ending.notes.contains("hint: the server needs a new certificate"))
  }
}
