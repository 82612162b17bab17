import Foundation
import Synchronization
import TestSupport

/// A fine-tuning host on OpenAI's wire behind a loopback server, which a test may let misbehave.
///
/// Jobs succeed at once, and equal jobs give models of equal names; a token is a word with the blank before it, and its log-probability is made
/// of its letters and of the model's name.
final class ScriptedOpenAI: Sendable {
  /// What becomes of a request that the host would answer so.
  typealias Twist =
    @Sendable (LoopbackServer.Request, _ honest: LoopbackServer.Answer) -> LoopbackServer.Answer

  private let server: LoopbackServer

  /// Its base URL.
  var url: String { server.url + "/v1" }
  /// What it was asked.
  var requests: [LoopbackServer.Request] { server.requests }
  /// Connections that were made to it.
  var connections: Int { server.connections }

  /// Starts a host.
  ///
  /// - Parameter twist: Lets the host misbehave.
  /// - Throws: `ScriptedFailure` when no port can be had.
  init(_ twist: @escaping Twist = { $1 }) throws {
    let jobs = Jobs()
    server = try LoopbackServer { twist($0, jobs.answer($0)) }
  }

  /// A profile of the host for `provider`, which polls quickly.
  static let profile = """
    {
      name: "box", title: "the box", authorization: "bearer", environment: { key: "BOX_KEY" },
      training: {
        wire: "openai", parallelJobs: 2, minimumExamples: 1, continuesTuned: true, tag: "metadata",
        filter: "metadata[daunce_job]", suffixLength: 64, seed: "seed", pollSeconds: 0.01,
      },
      scoring: { methods: ["echo"], batch: 4 },
    }
    """

  /// A configuration of the small job at this host.
  func configuration(key: String = "", models: Int = 3) -> String {
    """
    {
      data: { train: "train.jsonl", queries: "queries.jsonl" },
      target: { base: "base" },
      trainer: {
        provider: "box.json5", baseURL: "\(url)", \(key)
        hyperparameters: { epochs: 1, batchSize: 4, learningRateMultiplier: 1 },
      },
      perturbation: { models: \(models), subsetRatio: 0.5, seed: 3 },
    }
    """
  }
}

/// What the host made, and its answers.
private final class Jobs: Sendable {
  private let made = Mutex<[String: [String: String]]>([:])

  func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
    let path = request.path.split(separator: "/").dropFirst().map(String.init)
    switch (request.method, path.first, path.count) {
    case ("GET", "models", 1): return reply(["data": [["id": "base"]]])
    case ("POST", "files", 1): return reply(["id": "file-\(request.index)", "status": "processed"])
    case ("GET", "files", 2): return reply(["id": path[1], "status": "processed"])
    case ("POST", "fine_tuning", 2):
      let tag = (JSONReading.object(request.body)?["metadata"] as? [String: Any])?["daunce_job"]
      let name = "\(tag ?? "")".filter { $0.isLetter || $0.isNumber }
      let job = ["id": "ftjob-\(request.index)", "fine_tuned_model": "ft:base:\(name)"]
      made.withLock { $0["ftjob-\(request.index)"] = job }
      return reply(job.merging(["status": "succeeded"]) { $1 })
    case ("GET", "fine_tuning", 3):
      guard let job = made.withLock({ $0[path[2]] }) else { break }
      return reply(job.merging(["status": "succeeded"]) { $1 })
    case ("GET", _, _): return reply(["data": [Any](), "has_more": false])
    case ("DELETE", _, _): return reply(["deleted": true])
    case ("POST", "completions", 1): return Completion.answer(request)
    default: break
    }
    return .json(#"{"error":{"message":"no such thing: \#(request.path)"}}"#, status: 404)
  }
}

/// Replies to `/completions` with echo and log-probabilities.
enum Completion {
  /// The honest reply.
  static func answer(_ request: LoopbackServer.Request) -> LoopbackServer.Answer {
    reply(document(of: request))
  }

  /// The honest reply's document, to be spoilt.
  static func document(of request: LoopbackServer.Request) -> [String: Any] {
    let body = JSONReading.object(request.body)
    let model = body?["model"] as? String ?? ""
    let prompts = body?["prompt"] as? [String] ?? [body?["prompt"] as? String ?? ""]
    let choices = prompts.enumerated().map { place, prompt -> [String: Any] in
      let words = (prompt + " end").split(separator: " ", omittingEmptySubsequences: false)
      let tokens = words.enumerated().map { $0.offset == 0 ? "\($0.element)" : " \($0.element)" }
      let values = tokens.enumerated().map { place, token -> Any in
        place == 0
          ? NSNull() : -Double((token + model).utf8.reduce(7) { ($0 * 31 + Int($1)) % 997 }) / 100
      }
      return [
        "index": place, "text": prompt, "logprobs": ["tokens": tokens, "token_logprobs": values],
      ]
    }
    return ["id": "cmpl-\(request.index)", "model": model, "choices": choices]
  }
}

private func reply(_ document: [String: Any]) -> LoopbackServer.Answer {
  let bytes = (try? JSONSerialization.data(withJSONObject: document)) ?? Data()
  return .reply(200, ["Content-Type": "application/json"], Array(bytes))
}

/// Reads what a test's host was sent.
private enum JSONReading {
  static func object(_ bytes: [UInt8]) -> [String: Any]? {
    try? JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any]
  }
}
