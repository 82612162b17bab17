import Experiment
import Hosts
import Synchronization

/// A host that answers by a closure, and remembers what it was asked.
final class ScriptedServer: Host {
  let name: String
  private let answer: @Sendable (Call) throws -> Reply
  private let asked = Mutex<[Call]>([])
  private let waits = Mutex<Int>(0)

  init(_ name: String = "scripted", _ answer: @escaping @Sendable (Call) throws -> Reply) {
    self.name = name
    self.answer = answer
  }

  /// Everything asked so far, as `METHOD path`.
  var requests: [String] { asked.withLock { $0.map { "\($0.method) \($0.path)" } } }

  /// Bodies of what was asked so far.
  var bodies: [JSON] {
    asked.withLock { calls in
      calls.compactMap { call in
        guard case .json(let bytes) = call.body else { return nil }
        return JSONReader.read(bytes)
      }
    }
  }

  /// How often it was waited for.
  var pauses: Int { waits.withLock { $0 } }

  func send(_ call: Call) async throws -> Reply {
    // As a real connection does.
    try Task.checkCancellation()
    asked.withLock { $0.append(call) }
    return try answer(call)
  }

  func wait(_ duration: Duration) async throws {
    waits.withLock { $0 += 1 }
    try Task.checkCancellation()
    await Task.yield()
  }
}

/// A ledger in memory.
final class MemoryLedger: Ledger {
  private let kept = Mutex<[RemoteResource]>([])

  /// Ids of all that exists.
  var ids: [String] { kept.withLock { $0.map(\.id) } }

  func add(_ resource: RemoteResource) {
    kept.withLock { if !$0.contains(resource) { $0.append(resource) } }
  }
  func remove(_ resource: RemoteResource) { kept.withLock { $0.removeAll { $0 == resource } } }
  func isGone(_ resource: RemoteResource) -> Bool { false }
  func resources(job: String?) -> [RemoteResource] {
    kept.withLock { $0.filter { job == nil || $0.job == job } }
  }
}

extension Reply {
  /// A reply with a JSON body.
  static func json(_ value: JSON) -> Reply { Reply(body: value.bytes) }
  /// A reply with a text for its body.
  static func text(_ text: String) -> Reply { Reply(body: Array(text.utf8)) }
}

extension HostError {
  /// What a connection makes of a status.
  static func status(_ status: Int, _ message: String = "no") -> HostError {
    let code: Code =
      switch status {
      case 404: .notFound
      case 503: .unavailable
      default: .refused
      }
    return HostError(code, message, status: status)
  }
}

extension ServingKind {
  /// A serving of a host in memory.
  func serving(
    _ options: ServingOptions,
    base: String?,
    host: any Host,
    baseURL: String,
    management: (any Host)? = nil,
    ledger: any Ledger
  ) throws -> any Serving {
    try serving(
      ServingRequest(options, base: base, host: host, baseURL: baseURL, ledger: ledger) { api in
        if let management { return management }
        throw HostError(.configuration, "no way to \(api.baseURL)")
      }
    )
  }
}
