/// A way to read the loss of a given completion from a host.
///
/// Methods of one host alone stand in its folder, what several hosts answer to beside this.
package struct ScoringMethod: Sendable {
  /// What configurations, profiles and losses call it.
  package let name: String
  /// Whether every completion gets an exact loss, not only those that the model likes.
  package let isExact: Bool
  /// Whether a request may hold several examples.
  let takesLists: Bool
  /// Whether each token of a completion takes a request.
  let asksPerToken: Bool
  /// Binds the method to a model that is served.
  let reader: @Sendable (ScoringEndpoint, ServedModel) async throws -> any LossReader

  package init(
    _ name: String,
    isExact: Bool = true,
    takesLists: Bool = false,
    asksPerToken: Bool = false,
    reader: @escaping @Sendable (ScoringEndpoint, ServedModel) async throws -> any LossReader
  ) {
    self.name = name
    self.isExact = isExact
    self.takesLists = takesLists
    self.asksPerToken = asksPerToken
    self.reader = reader
  }
}

extension ScoringMethod: ProfileKind {
  package static func all(of host: HostProfile) -> [ScoringMethod] { host.scoring?.methods ?? [] }
}
