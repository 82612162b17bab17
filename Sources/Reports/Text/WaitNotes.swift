import Experiment
import FoundationEssentials
package import Runs
import Synchronization
package import Terminal

/// Decides which waits are worth a note now: each when it begins, and when its words have changed.
struct WaitNotes: Sendable {
  /// Seconds between two notes about the same thing.
  private static let rest = 60.0
  /// Seconds between two notes about work that only takes its time.
  private static let usualRest = 120.0

  private var noted: [[UInt8]: (words: [UInt8], time: Double)] = [:]
  private var lastUsual = -Double.infinity

  /// The waits to tell.
  ///
  /// - Parameters:
  ///   - waits: What is waited for.
  ///   - now: Seconds from any origin.
  /// - Returns: Those that are news.
  mutating func news(among waits: [Wait], now: Double) -> [Wait] {
    waits.filter { wait in
      let subject = Array(wait.subject.utf8)
      // Numbers count down: that is no news.
      let words = wait.words.utf8.filter { !(0x30...0x39).contains($0) }
      if let last = noted[subject] {
        guard last.words != words, now - last.time >= Self.rest else { return false }
      }
      if wait.isUsual {
        guard now - lastUsual >= Self.usualRest else { return false }
        lastUsual = now
      }
      noted[subject] = (words, now)
      return true
    }
  }
}

extension Display {
  /// Runs a body and tells what it waits for: by notes, in the progress line and in the store.
  ///
  /// - Parameters:
  ///   - progress: The command's progress line.
  ///   - store: The run's store, for other processes to see.
  ///   - body: What to do.
  /// - Returns: What the body returns.
  /// - Throws: What the body throws.
  package func tellingWaits<Value>(
    _ progress: Progress,
    store: RunStore? = nil,
    _ body: () async throws -> Value
  ) async throws -> Value {
    let now: @Sendable () -> Double = { Date().timeIntervalSince1970 }
    let state = Mutex((waits: [Wait](), notes: WaitNotes()))
    let note: @Sendable () -> Void = {
      let news = state.withLock { $0.notes.news(among: $0.waits, now: now()) }
      for wait in news { tell(.waiting(wait), above: progress) }
    }
    // Weakly: a store is closed by its last owner, and a task that is left over must not be that.
    let waits = Waits(now: now) { [weak store] waits in
      state.withLock { $0.waits = waits }
      progress.wait(waits.first.map { "waiting for \($0.text)" } ?? "")
      store?.tell(waits)
    }
    // Not structured: it ends with the body, whatever becomes of that.
    let clock = Task {
      while !Task.isCancelled {
        try await Task.sleep(for: .seconds(1))
        waits.look()
        note()
      }
    }
    let outcome: Result<Value, any Error>
    do {
      outcome = .success(try await Waits.$current.withValue(waits) { try await body() })
    } catch {
      outcome = .failure(error)
    }
    clock.cancel()
    _ = await clock.result
    return try outcome.get()
  }
}
