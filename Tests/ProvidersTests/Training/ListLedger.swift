import Experiment
import Synchronization

/// A ledger that forgets when the test ends.
final class ListLedger: Ledger {
  private let kept = Mutex<[RemoteResource]>([])

  func add(_ resource: RemoteResource) throws {
    kept.withLock { if !$0.contains(resource) { $0.append(resource) } }
  }

  func remove(_ resource: RemoteResource) throws {
    kept.withLock { $0.removeAll { $0 == resource } }
  }

  func resources(job: String?) throws -> [RemoteResource] {
    kept.withLock { $0.filter { job == nil || $0.job == job } }
  }

  /// Ids of one kind.
  func ids(_ kind: RemoteResource.Kind) -> [String] {
    kept.withLock { $0.filter { $0.kind == kind }.map(\.id) }
  }
}
