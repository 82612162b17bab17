import Runs
import Experiment
import Synchronization

/// A run's store as the ledger of a command that may not need one: it is opened, and every other
/// writer kept out, with the first thing that is to be written down.
final class LateLedger: Ledger {
  private let path: String
  private let store = Mutex<RunStore?>(nil)

  /// Creates a ledger.
  ///
  /// - Parameter path: Path of the store.
  init(store path: String) { self.path = path }

  func add(_ resource: RemoteResource) throws { try opened().add(resource) }

  func remove(_ resource: RemoteResource) throws { try opened().remove(resource) }

  func resources(job: String?) throws -> [RemoteResource] {
    try store.withLock { $0 }?.resources(job: job) ?? []
  }

  func isGone(_ resource: RemoteResource) throws -> Bool {
    try store.withLock { $0 }?.isGone(resource) ?? false
  }

  private func opened() throws -> RunStore {
    try store.withLock { store in
      if let store { return store }
      let opened = try RunStore(path: path)
      store = opened
      return opened
    }
  }
}
