import Experiment
import Synchronization

@testable import Hosts

/// A host whose replies are a function of what is asked, and which remembers the calls.
final class ScriptedHost: Host {
  let name = "scripted"
  private let script: @Sendable (Call, JSON) throws -> String
  private let log = Mutex<[Call]>([])
  private let waits = Mutex<[Duration]>([])

  /// Creates a host; the script gets the call and its body as JSON, and returns the reply's body.
  init(_ script: @escaping @Sendable (Call, JSON) throws -> String) { self.script = script }

  /// All calls so far.
  var calls: [Call] { log.withLock { $0 } }
  /// All waits so far.
  var waited: [Duration] { waits.withLock { $0 } }
  /// Bodies of all calls with one.
  var bodies: [JSON] { calls.compactMap(Self.body) }

  func send(_ call: Call) async throws -> Reply {
    log.withLock { $0.append(call) }
    return Reply(body: Array(try script(call, Self.body(call) ?? .null).utf8))
  }

  func wait(_ duration: Duration) async throws { waits.withLock { $0.append(duration) } }

  private static func body(_ call: Call) -> JSON? {
    guard case .json(let bytes) = call.body else { return nil }
    return JSONReader.read(bytes)
  }

  /// An endpoint that asks this host.
  func endpoint(_ profile: ScoringProfile) -> ScoringEndpoint {
    ScoringEndpoint(host: self, profile: profile, baseURL: "http://127.0.0.1:8000/v1")
  }

  /// A method bound to a model of this host.
  func reader(
    _ method: ScoringMethod,
    _ profile: ScoringProfile? = nil,
    model: ServedModel = ServedModel(name: "gemma-3-270m")
  ) async throws -> any LossReader {
    try await endpoint(profile ?? ScoringProfile(methods: [method])).reader(by: method, of: model)
  }
}

extension Example {
  /// A plain example.
  static func plain(_ prompt: String, _ completion: String) -> Example {
    Example(id: prompt + completion, prompt: .text(prompt), completion: completion)
  }

  /// A chat of one question.
  static func chat(_ question: String, _ answer: String) -> Example {
    Example(
      id: question + answer,
      prompt: .chat([Message(role: "user", content: question)]),
      completion: answer
    )
  }
}

extension LossReader {
  /// Reads losses of one example.
  func read(_ example: Example) async throws -> LossReading {
    try await read([example], ReadingMode())[0]
  }
}

extension Loss? {
  /// Whether it was measured, and is this but for rounding.
  func isMeasured(_ value: Double) -> Bool {
    guard case .measured(let loss) = self else { return false }
    return abs(loss - value) < 1e-12
  }

  /// Whether it is censored, at this bound but for rounding.
  func isCensored(_ value: Double) -> Bool {
    guard case .censored(let bound) = self else { return false }
    return abs(bound - value) < 1e-9
  }
}
