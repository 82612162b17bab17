import Experiment

/// The hosts that configurations may name.
package struct HostRegistry: Sendable {
  /// Every host that comes with this module; a new one is a folder beside these and a line here.
  package static let builtIn = HostRegistry([
    .azure,
    .command,
    .fireworks,
    .llamaCpp,
    .mistral,
    .nebius,
    .openai,
    .sandbox,
    .sglang,
    .tgi,
    .together,
    .vllm,
  ])

  /// The hosts, in no order that matters.
  package let hosts: [HostDefinition]

  /// Lists hosts; of two that bear one name the first counts.
  package init(_ hosts: [HostDefinition]) { self.hosts = hosts }

  /// The list with further hosts.
  package static func + (registry: HostRegistry, more: [HostDefinition]) -> HostRegistry {
    HostRegistry(registry.hosts + more)
  }

  /// The host that a configuration calls so; `nil` when there is none.
  package subscript(name: String) -> HostDefinition? {
    hosts.first { $0.profile.name.isSame(as: name) }
  }

  /// Names of all hosts: first those on this machine, then those over HTTP, each in order.
  package var names: [String] {
    hosts.map { ($0.access.rank, $0.profile.name) }.sorted { $0 < $1 }.map(\.1)
  }

  /// Every way to read losses that a host has: the exact ones first, each kind by name.
  package var methods: [ScoringMethod] {
    Set(hosts.flatMap { ScoringMethod.all(of: $0.profile) })
      .sorted { ($1.isExact ? 1 : 0, $0.name) < ($0.isExact ? 1 : 0, $1.name) }
  }

  /// The way to read losses that a configuration names; `nil` for `auto`.
  ///
  /// - Throws: `HostError` of code `configuration` for a name that no host has.
  package func method(named name: String) throws(HostError) -> ScoringMethod? {
    if name == "auto" { return nil }
    if let method: ScoringMethod = kind(named: name) { return method }
    let known = methods.map(\.name).joined(separator: ", ")
    throw HostError(.configuration, "unknown scoring method '\(name)'; known: auto, \(known)")
  }

  /// What profiles name so; `nil` when no host has such a thing.
  package func kind<Kind: ProfileKind>(named name: String) -> Kind? {
    hosts.lazy.flatMap { Kind.all(of: $0.profile) }.first { $0.name.isSame(as: name) }
  }
}

/// What profiles name and a host's folder defines: a wire, a serving, a tokeniser, a reading method.
///
/// Two of one name are the same.
package protocol ProfileKind: Sendable, Hashable, Decodable {
  var name: String { get }

  static func all(of host: HostProfile) -> [Self]
}

extension ProfileKind {
  package static func == (left: Self, right: Self) -> Bool { left.name.isSame(as: right.name) }

  package func hash(into hasher: inout Hasher) { hasher.combine(name) }

  /// Finds what a profile names among the hosts that its file is read for.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let hosts = HostRegistry.userInfoKey.flatMap { decoder.userInfo[$0] as? HostRegistry }
    guard let kind: Self = (hosts ?? .builtIn).kind(named: try container.decode(String.self))
    else {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: "an unknown name")
    }
    self = kind
  }
}

extension HostRegistry {
  /// Where a decoder of profiles finds the hosts whose kinds they may name.
  package static let userInfoKey = CodingUserInfoKey(rawValue: "hosts")
}
