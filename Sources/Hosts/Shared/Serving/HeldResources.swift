import Experiment

/// What a serving has of a host, written down before it is taken and until it is given back.
package struct HeldResources {
  let ledger: any Ledger
  /// The profile's name.
  let host: String
  let kind: RemoteResource.Kind

  /// Writes down what is about to be taken.
  func add(_ id: String) throws { try ledger.add(resource(id)) }

  /// Writes down that something was not taken after all, or is gone.
  func strikeOut(_ id: String) throws { try ledger.remove(resource(id)) }

  /// Gives something back and strikes it out; 404 means that it is gone already.
  ///
  /// It stays in the ledger when it could not be given back. It goes on in a cancelled task: what
  /// costs money by the hour must not outlive a Ctrl-C.
  /// - Throws: What `remove` throws, but for 404, and the ledger's own error.
  func release(_ id: String, _ remove: @escaping @Sendable () async throws -> Void) async throws {
    // A task of its own is not cancelled together with the one that waits for it.
    try await Task {
      do {
        try await remove()
      } catch let error as HostError where error.code == .notFound {}
      try strikeOut(id)
    }.value
  }

  /// Ids of all that is written down for this host, oldest first.
  func listed() throws -> [String] {
    try ledger.resources(job: nil).filter { $0.host == host && $0.kind == kind }.map(\.id)
  }

  private func resource(_ id: String) -> RemoteResource {
    RemoteResource(kind, id: id, job: "", host: host)
  }
}
