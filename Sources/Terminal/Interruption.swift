import Dispatch
import Glibc

/// The first SIGINT or SIGTERM asks politely, the second ends the process.
package final class Interruption {
  private let sources: [any DispatchSourceSignal]

  /// Starts listening: when this returns, no signal is missed; the process does so once, early.
  ///
  /// - Parameter handler: Called at the first signal, on a queue of its own. After it the signals
  ///   have their default behaviour again.
  package init(_ handler: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "interruption")
    let signals = [SIGINT, SIGTERM]
    let registration = DispatchGroup()
    sources = signals.map { DispatchSource.makeSignalSource(signal: $0, queue: queue) }
    for source in sources {
      registration.enter()
      // On Linux Dispatch catches the signal itself once a source is registered, which is some time
      // after `resume`. `SIG_IGN`, which other systems need, would lose what comes before that.
      //
      // Explicitly `@Sendable`: otherwise the closures are isolated to the caller's actor and crash.
      source.setRegistrationHandler { @Sendable in registration.leave() }
      source.setEventHandler { @Sendable in
        for number in signals { signal(number, SIG_DFL) }
        handler()
      }
      source.resume()
    }
    registration.wait()
  }

  deinit {
    for source in sources { source.cancel() }
  }
}

/// Runs a command's body until it ends or SIGINT or SIGTERM asks it to stop.
///
/// - Parameter body: What to do; it is cancelled at the first signal.
/// - Returns: What the body returns.
/// - Throws: What the body throws, `CancellationError` when it was cancelled.
package func interruptible<Result: Sendable>(
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  let (listening, begin) = AsyncStream.makeStream(of: Never.self)
  // Not structured: a signal comes from outside of every task. The body must not begin before somebody listens,
  // which takes its time on a busy machine: until then a signal ends the process as it stands.
  let task = Task {
    for await _ in listening {}
    try Task.checkCancellation()
    return try await body()
  }
  let interruption = Interruption { task.cancel() }
  defer { withExtendedLifetime(interruption) {} }
  begin.finish()
  return try await task.value
}
