import Experiment
import FoundationEssentials
package import Hosts
import Terminal

extension HostProfile {
  /// A profile of the user's own.
  ///
  /// - Parameters:
  ///   - text: The file's bytes.
  ///   - hosts: The hosts whose job wires and reading methods it may name.
  /// - Returns: The profile.
  /// - Throws: `ConfigurationError` for a key that is missing, ill-typed, written twice or unknown.
  package static func read(
    json5 text: [UInt8],
    for hosts: HostRegistry = .builtIn
  ) throws(ConfigurationError) -> HostProfile {
    if let foreign = ForeignFile(notText: text, file: "the profile") {
      throw ConfigurationError(.syntax, path: "", foreign.reason, hint: foreign.hint)
    }
    let document = try JSONValue.object(json5: text)
    let profile: HostProfile
    do {
      let decoder = JSONDecoder()
      decoder.allowsJSON5 = true
      if let key = HostRegistry.userInfoKey { decoder.userInfo[key] = hosts }
      // The decoder traps on a number that ends the text.
      profile = try decoder.decode(HostProfile.self, from: Data(text + [0x0A]))
    } catch {
      throw fault(error)
    }
    if let unknown = unknownKey(in: .object(document), of: profile) { throw unknown }
    if let training = profile.training, let unread = training.unread {
      let path = "training.\(unread)"
      let wire = training.wire.name
      throw ConfigurationError(.conflict, path: path, "'\(path)' means nothing for '\(wire)'")
    }
    return profile
  }

  private static func fault(_ error: any Error) -> ConfigurationError {
    func path(_ keys: [any CodingKey]) -> String {
      keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
    switch error as? DecodingError {
    case .keyNotFound(let key, let context):
      let path = path(context.codingPath + [key])
      return ConfigurationError(.missing, path: path, "no '\(path)'")
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      let path = path(context.codingPath)
      let cause =
        path.isEmpty ? "not JSON5" : "'\(path)' has a value that is not understood there"
      return ConfigurationError(path.isEmpty ? .syntax : .badValue, path: path, cause)
    default: return ConfigurationError(.syntax, path: "", "not JSON5")
    }
  }

  /// The first key, in alphabetical order, that the decoded value has no property for.
  ///
  /// Decoding skips unknown keys without a word. A decoded value's properties are named like the
  /// keys, absent ones included, so walking both side by side needs no second list of keys.
  private static func unknownKey(
    in document: JSONValue,
    of value: Any,
    at path: String = ""
  ) -> ConfigurationError? {
    guard case .object(let members) = document else { return nil }
    var mirror = Mirror(reflecting: value)
    while mirror.displayStyle == .optional, let inner = mirror.children.first {
      mirror = Mirror(reflecting: inner.value)
    }
    guard mirror.displayStyle == .struct else { return nil }
    let properties = mirror.children.compactMap { child in child.label.map { ($0, child.value) } }
    for member in members.sorted(by: { $0.key < $1.key }) {
      let full = path.isEmpty ? member.key : "\(path).\(member.key)"
      guard let property = properties.first(where: { $0.0 == member.key }) else {
        return .unknown(member.key, at: path, known: properties.map(\.0))
      }
      if let unknown = unknownKey(in: member.value, of: property.1, at: full) { return unknown }
    }
    return nil
  }
}
