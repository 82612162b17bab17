import Configuration
import Experiment
import FoundationEssentials
import Hosts

extension HostedEmbedder {
  /// The embedder that a configuration names.
  ///
  /// - Parameters:
  ///   - embeddings: What the configuration says.
  ///   - way: How the host may be reached.
  ///   - hosts: The hosts that the configuration may name.
  /// - Throws: `ConfigurationError` for an unknown provider or a missing address; `CredentialsError`.
  convenience init(
    _ embeddings: RunConfiguration.Embeddings,
    way: HostAccess.Way,
    hosts: HostRegistry = .all
  ) throws {
    let key = "evidence.embeddings"
    let access = try HostAccess(
      embeddings.endpoint,
      profile: hosts.host(of: embeddings.endpoint, key: key).profile,
      key: key,
      way: way,
      environment: ProcessInfo.processInfo.environment
    )
    self.init(
      host: access.connection,
      model: embeddings.model,
      concurrency: access.profile.limits?.concurrency ?? Defaults.embeddingRequests
    )
  }
}
