package import Foundation
import Synchronization

private let starting = Mutex(())

extension Process {
  /// Starts the process, one after the other: two at once have crashed within Foundation.
  ///
  /// - Throws: What the system says when it cannot be started.
  package func start() throws {
    try starting.withLock { _ in try run() }
  }
}
