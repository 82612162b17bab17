package import Experiment

/// Something of a host that could not be given back.
package struct RemainingResource: Sendable {
  package let resource: RemoteResource
  /// Why it is still there.
  package let reason: String
}

extension Serving {
  /// Gives back what runs took from a host and did not give back themselves: all deployments and
  /// adapters that the ledger lists for the host, and only those.
  ///
  /// For the start of a resumed run, before any model is opened, and for `clean`.
  /// - Returns: What is still there; it stays in the ledger.
  /// - Throws: The ledger's own error when it cannot be read.
  package func releaseAll(host: String, ledger: any Ledger) async throws -> [RemainingResource] {
    var remaining: [RemainingResource] = []
    for resource in try ledger.resources(job: nil) where resource.host == host {
      guard resource.kind == .deployment || resource.kind == .adapter else { continue }
      guard let serving = self as? any ReleasingServing, serving.held.kind == resource.kind else {
        let reason = "the configuration no longer says how this host serves models"
        remaining.append(RemainingResource(resource: resource, reason: reason))
        continue
      }
      do {
        try await serving.release(resource.id)
      } catch {
        remaining.append(RemainingResource(resource: resource, reason: "\(error)"))
      }
    }
    return remaining
  }
}

/// A serving that can give back what an earlier process took.
package protocol ReleasingServing: Serving {
  /// What it writes into the ledger.
  var held: HeldResources { get }

  /// Gives back what the ledger lists, and strikes it out.
  ///
  /// - Throws: `HostError`; 404 is no error.
  func release(_ id: String) async throws
}

extension ReleasingServing {
  /// Writes down what is taken, takes it and waits until it answers, or else gives it back.
  func take(_ id: String, _ work: () async throws -> Void) async throws {
    do {
      try held.add(id)
      try await work()
    } catch {
      try? await release(id)
      throw error
    }
  }
}
