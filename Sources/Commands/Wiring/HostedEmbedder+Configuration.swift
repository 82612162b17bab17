import Configuration
import Experiment
import FoundationEssentials
import Hosts
import Reports
import Runs
import Terminal

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

extension RunStore {
  /// Embeds a corpus as far as the store lacks it, and says which texts the host refused.
  ///
  /// - Parameters:
  ///   - corpus: Training rows and queries.
  ///   - embedder: What embeds; `nil` does nothing.
  ///   - display: Where refusals are told.
  /// - Throws: `RunError`, `HostError`, `CancellationError`.
  func embed(_ corpus: Corpus, with embedder: HostedEmbedder?, display: Display) async throws {
    guard let embedder, let refused = try await embed(corpus, with: embedder) else { return }
    display.tell(
      .warning("\(refused.count) texts have no embedding, the first because: \(refused.reason)")
    )
  }
}
