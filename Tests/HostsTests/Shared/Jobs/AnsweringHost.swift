import Experiment
import Hosts
import Synchronization

/// A host whose replies a test writes one by one.
final class AnsweringHost: Host {
  let name: String
  private let asked = Mutex<[Call]>([])
  private let script: @Sendable (Call, Int) throws -> JSON

  /// Creates a host.
  ///
  /// - Parameters:
  ///   - name: Its profile's name.
  ///   - script: Answers a call; the number says how often the same method and path came before.
  init(name: String, script: @escaping @Sendable (Call, Int) throws -> JSON) {
    self.name = name
    self.script = script
  }

  /// What was asked, in order.
  var calls: [Call] { asked.withLock { $0 } }

  /// Methods and paths of what was asked, in order.
  var lines: [String] { calls.map { "\($0.method) \($0.path)" } }

  func wait(_ duration: Duration) async throws {
    try Task.checkCancellation()
    await Task.yield()
  }

  func send(_ call: Call) async throws -> Reply {
    let earlier = asked.withLock { calls in
      defer { calls.append(call) }
      return calls.count { $0.method == call.method && $0.path == call.path }
    }
    let answer = try script(call, earlier)
    // A text stands for a body that is not JSON.
    return Reply(body: answer.string.map { Array($0.utf8) } ?? answer.bytes)
  }
}

extension Call {
  /// Its JSON body.
  var json: JSON? {
    guard case .json(let bytes) = body else { return nil }
    return JSONReader.read(bytes)
  }

  /// Content of its form's file as text.
  var upload: String? {
    guard case .form(_, let file) = body else { return nil }
    return String(decoding: file.content, as: UTF8.self)
  }
}

/// A 404.
func missing(_ call: Call) -> HostError {
  HostError(.notFound, "no \(call.path)", status: 404)
}
