package import ReferenceModels

/// The reference model behind an OpenAI-shaped loopback server.
package final class SandboxServer: Sendable {
  let provider: ReferenceProvider

  /// Creates a server.
  package init(provider: ReferenceProvider) { self.provider = provider }
}
