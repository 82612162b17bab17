/// Lets a number of tasks be inside at once, first come, first served.
struct Gate: Sendable {
  private let places: AsyncStream<Void>
  private let free: AsyncStream<Void>.Continuation

  /// Creates a gate.
  ///
  /// - Parameter count: Tasks that may be inside at once.
  init(_ count: Int) {
    (places, free) = AsyncStream.makeStream()
    for _ in 0..<count { free.yield() }
  }

  /// Waits for a place, to be given back by `leave`.
  ///
  /// - Throws: `CancellationError` without having one.
  func enter() async throws {
    for await _ in places { return }
    throw CancellationError()
  }

  /// Gives a place back.
  func leave() { free.yield() }
}
