package import Experiment

/// The giving back of what runs took from a host and did not give back themselves.
///
/// For the start of a resumed run, before any model is opened, and for `clean`.
package struct ServingCleaning {
  /// Something that could not be given back.
  package struct Remaining: Sendable {
    /// What it is.
    package let resource: RemoteResource
    /// Why it is still there.
    package let reason: String
  }

  private let serving: any Serving
  private let host: String
  private let ledger: any Ledger

  package init(_ serving: any Serving, host: String, ledger: any Ledger) {
    self.serving = serving
    self.host = host
    self.ledger = ledger
  }

  /// Gives back all deployments and adapters that the ledger lists for the host, and only those.
  ///
  /// - Throws: The ledger's own error when it cannot be read.
  package func clean() async throws -> [Remaining] {
    var leftovers: [Remaining] = []
    for resource in try ledger.resources(job: nil) where resource.host == host {
      guard resource.kind == .deployment || resource.kind == .adapter else { continue }
      guard let serving = serving as? any ReleasingServing, serving.held.kind == resource.kind
      else {
        let reason = "the configuration no longer says how this host serves models"
        leftovers.append(Remaining(resource: resource, reason: reason))
        continue
      }
      do {
        try await serving.release(resource.id)
      } catch {
        leftovers.append(Remaining(resource: resource, reason: "\(error)"))
      }
    }
    return leftovers
  }
}
