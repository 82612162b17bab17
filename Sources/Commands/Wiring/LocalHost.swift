import Hosts

extension HostDefinition {
  /// The reference model in this program, which trains and reads its own models.
  static let local = HostDefinition(
    HostProfile(name: "local", title: "the embedded reference model", authorization: .none),
    access: .embedded
  )
}

extension HostRegistry {
  /// Every host that a configuration may name.
  static let all = HostRegistry.builtIn + [.local]

  /// Whether what a configuration calls so lives in this program.
  func isEmbedded(_ provider: String) -> Bool { self[provider]?.isEmbedded == true }

  /// Whether a run whose settings name its provider so cost nothing: its models lived in this program.
  func isFree(_ identity: String) -> Bool {
    hosts.contains { $0.isEmbedded && identity.hasPrefix($0.profile.name + " ") }
  }
}
