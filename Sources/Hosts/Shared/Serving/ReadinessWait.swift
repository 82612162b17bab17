import Experiment

/// Asking again and again until a model answers, but not for ever.
struct ReadinessWait {
  /// Time between two questions.
  static let interval: Duration = .seconds(10)

  /// Whose clock is used: a recording does not wait.
  let host: any Host
  /// Longest wait, not counting the replies' own time.
  let limit: Duration

  /// Asks until the answer is yes.
  ///
  /// - Throws: `HostError` of code `unavailable` after `limit`; what `isReady` throws;
  ///   `CancellationError` when cancelled.
  func wait(
    for what: String,
    until isReady: (_ words: inout String) async throws -> Bool
  ) async throws {
    let waiting = Waiting(for: "\(what) at \(host.name)")
    defer { waiting.end() }
    var waited: Duration = .zero
    var words = ""
    while try await !isReady(&words) {
      guard waited < limit else {
        throw HostError(
          .unavailable,
          "\(host.name): \(what) is still not ready after \(limit.components.seconds) s"
            + (words.isEmpty ? "" : ": \(words)")
        )
      }
      waiting.tell(words.isEmpty ? "not ready" : words, pause: Self.interval)
      try await host.wait(Self.interval)
      waited += Self.interval
    }
  }

  /// Asks a model for one token until it answers.
  func untilAnswered(_ model: String) async throws {
    let body: JSON = ["model": .string(model), "prompt": ".", "max_tokens": 1]
    try await untilAnswered(
      model,
      Call("POST", "/completions", body: .json(body.bytes), purpose: .read, tokens: 2)
    )
  }

  /// Sends requests that cost next to nothing until one is answered.
  ///
  /// A refused request (400 and the like) proves as well that the model is there.
  /// - Throws: As `wait`, and `HostError` where asking again cannot help.
  func untilAnswered(_ model: String, _ call: Call) async throws {
    try await wait(for: "model '\(model)'") { words in
      do {
        _ = try await host.send(call)
        return true
      } catch let error as HostError {
        words = error.message
        switch error.code {
        case .notFound, .unavailable, .rateLimited: return false
        case .refused where error.status != 412: return true
        default: throw error
        }
      }
    }
  }
}
