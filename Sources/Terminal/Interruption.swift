import Dispatch
import Glibc

/// The first SIGINT or SIGTERM asks politely, the second ends the process.
package final class Interruption {
  private let sources: [any DispatchSourceSignal]

  /// Starts listening; the process does so once, early.
  ///
  /// - Parameter handler: Called at the first signal, on a queue of its own. After it the
  ///   signals have their default behaviour again.
  package init(_ handler: @escaping @Sendable () -> Void) {
    let queue = DispatchQueue(label: "interruption")
    let signals = [SIGINT, SIGTERM]
    sources = signals.map { number in
      signal(number, SIG_IGN)
      return DispatchSource.makeSignalSource(signal: number, queue: queue)
    }
    for source in sources {
      // Explicitly `@Sendable`: otherwise the closure is isolated to the caller's actor and crashes.
      source.setEventHandler { @Sendable in
        for number in signals { signal(number, SIG_DFL) }
        handler()
      }
      source.resume()
    }
  }

  deinit {
    for source in sources { source.cancel() }
  }
}
