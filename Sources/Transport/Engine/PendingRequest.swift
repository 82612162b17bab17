import Synchronization

/// A request between the task that awaits it and the engine's thread that carries it out.
final class PendingRequest: Sendable {
  typealias Continuation = CheckedContinuation<HTTPResponse, any Error>

  private enum State: Sendable {
    /// Not handed over yet; may become any other.
    case new
    /// The task waits; becomes `ended`.
    case waiting(Continuation)
    /// Answered or cancelled.
    case ended
  }

  let request: HTTPRequest
  private let state = Mutex(State.new)
  /// The transfer that carries it out; touched by the engine's thread alone.
  nonisolated(unsafe) var transfer: Transfer?

  init(_ request: HTTPRequest) { self.request = request }

  /// Whether nobody waits any more.
  var hasEnded: Bool {
    state.withLock { if case .ended = $0 { true } else { false } }
  }

  /// Takes the continuation; false when the request was cancelled before.
  func wait(_ continuation: Continuation) -> Bool {
    state.withLock { state in
      guard case .new = state else { return false }
      state = .waiting(continuation)
      return true
    }
  }

  /// Ends the request; gives the continuation to whoever comes first.
  func end() -> Continuation? {
    state.withLock { state in
      defer { state = .ended }
      guard case .waiting(let continuation) = state else { return nil }
      return continuation
    }
  }
}
