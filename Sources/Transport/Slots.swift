import Synchronization

/// Lets a number of tasks pass at once, first come, first served; the number may change.
final class Slots: Sendable {
  private final class Waiter: Sendable {
    let handoff = Handoff<Void>()
  }

  private struct State {
    var limit: Int
    var used = 0
    var waiters: [Waiter] = []
    var first = 0

    /// Gives free slots to those who waited longest.
    mutating func grant() -> [Handoff<Void>.Continuation] {
      var granted: [Handoff<Void>.Continuation] = []
      while used < limit, first < waiters.count {
        if let continuation = waiters[first].handoff.end() {
          used += 1
          granted.append(continuation)
        }
        first += 1
      }
      if first == waiters.count {
        waiters.removeAll(keepingCapacity: true)
        first = 0
      } else if first > 64, first * 2 > waiters.count {
        waiters.removeFirst(first)
        first = 0
      }
      return granted
    }
  }

  private let state: Mutex<State>

  init(limit: Int) { state = Mutex(State(limit: limit)) }

  /// Slots taken.
  var used: Int { state.withLock { $0.used } }

  /// Waits for a slot; throws `CancellationError` without having one.
  func acquire() async throws {
    let isFree = state.withLock { state in
      guard state.used < state.limit, state.waiters.isEmpty else { return false }
      state.used += 1
      return true
    }
    if isFree { return }
    let waiter = Waiter()
    try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        guard waiter.handoff.wait(continuation) else {
          continuation.resume(throwing: CancellationError())
          return
        }
        let granted = state.withLock { state in
          state.waiters.append(waiter)
          return state.grant()
        }
        for continuation in granted { continuation.resume() }
      }
    } onCancel: {
      waiter.handoff.end()?.resume(throwing: CancellationError())
    }
  }

  /// Gives a slot back and sets how many there are now.
  func release(limit: Int) {
    let granted = state.withLock { state in
      state.used -= 1
      state.limit = limit
      return state.grant()
    }
    for continuation in granted { continuation.resume() }
  }
}
