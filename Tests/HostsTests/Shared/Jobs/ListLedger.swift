import Experiment
import Synchronization

/// A ledger that forgets when the test ends.
final class ListLedger: Ledger {
  private let kept = Mutex<[RemoteResource]>([])
  private let removed = Mutex<Set<RemoteResource>>([])

  func add(_ resource: RemoteResource) throws {
    kept.withLock { if !$0.contains(resource) { $0.append(resource) } }
  }

  func remove(_ resource: RemoteResource) throws {
    kept.withLock { $0.removeAll { $0 == resource } }
    removed.withLock { _ = $0.insert(resource) }
  }

  func isGone(_ resource: RemoteResource) throws -> Bool {
    let exists = kept.withLock { $0.contains(resource) }
    return !exists && removed.withLock { $0.contains(resource) }
  }

  /// As if a process had died before it wrote a resource down.
  func forget(_ resource: RemoteResource) {
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
