import Synchronization

/// What one task awaits and another thread delivers, or the task's cancellation ends before.
struct Handoff<Value: Sendable>: ~Copyable, Sendable {
  typealias Continuation = UnsafeContinuation<Value, any Error>

  // Not private: the compiler (6.3.1, debug) fails on a private type inside a mutex of a generic one.
  enum State: Sendable {
    /// Not awaited yet; may become any other.
    case new
    /// The task waits; becomes `ended`.
    case waiting(Continuation)
    /// Delivered or cancelled.
    case ended
  }

  private let state = Mutex(State.new)

  /// Whether nobody waits any more.
  var hasEnded: Bool {
    state.withLock { if case .ended = $0 { true } else { false } }
  }

  /// Takes the continuation; false when the task was cancelled before.
  func wait(_ continuation: Continuation) -> Bool {
    state.withLock { state in
      guard case .new = state else { return false }
      state = .waiting(continuation)
      return true
    }
  }

  /// Ends the waiting; gives the continuation to whoever comes first, to be resumed without a lock.
  func end() -> Continuation? {
    state.withLock { state in
      defer { state = .ended }
      guard case .waiting(let continuation) = state else { return nil }
      return continuation
    }
  }
}
