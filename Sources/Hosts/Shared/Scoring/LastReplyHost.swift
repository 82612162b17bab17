import Experiment
import Synchronization

/// A host that remembers its last reply, as evidence.
final class LastReplyHost: Host {
  private let host: any Host
  private let last = Mutex("")

  init(_ host: any Host) { self.host = host }

  var name: String { host.name }

  var executor: (any TaskExecutor)? { host.executor }

  /// The start of the last reply, or of the error it was.
  var evidence: String { last.withLock { $0 } }

  func send(_ call: Call) async throws -> Reply {
    do {
      let reply = try await host.send(call)
      let excerpt = HostError.excerpt(reply.body, limit: 400)
      last.withLock { $0 = "\(call.method) \(call.path): \(reply.status) \(excerpt)" }
      return reply
    } catch {
      last.withLock { $0 = "\(call.method) \(call.path): \(error)" }
      throw error
    }
  }

  func wait(_ duration: Duration) async throws { try await host.wait(duration) }
}
