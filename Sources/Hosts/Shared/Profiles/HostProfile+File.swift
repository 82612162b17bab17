import Experiment
import FoundationEssentials

extension HostProfile {
  /// A profile of the user's own.
  ///
  /// - Throws: `HostError` of code `configuration` for a key that is missing, ill-typed or unknown.
  package static func read(
    json5 text: [UInt8],
    file: String = "the profile",
    for hosts: HostRegistry = .builtIn
  ) throws(HostError) -> HostProfile {
    if let foreign = ForeignFile(notText: text, file: file) {
      throw HostError(.configuration, "\(file): \(foreign.reason)", hint: foreign.hint)
    }
    // The decoder traps where a bare key is not UTF-8, and past a number that ends the text.
    guard String(validating: text, as: UTF8.self) != nil else {
      throw HostError(.configuration, "\(file): not valid UTF-8")
    }
    do throws(JSON5Fault) {
      _ = try JSON5Reader.read(text)
    } catch {
      let hint = error.isRepeatedKey ? "keep one of them" : nil
      throw HostError(.configuration, "\(file): \(error.description)", hint: hint)
    }
    let text = text + [0x0A]
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    if let key = HostRegistry.userInfoKey { decoder.userInfo[key] = hosts }
    let profile: HostProfile
    let document: JSON
    do {
      profile = try decoder.decode(HostProfile.self, from: Data(text))
      document = try decoder.decode(JSON.self, from: Data(text))
    } catch let error as DecodingError {
      throw HostError(.configuration, "\(file): \(fault(error))")
    } catch {
      throw HostError(.configuration, "\(file): not JSON5")
    }
    if let unknown = UnknownKey.first(in: document, of: profile) {
      throw HostError(.configuration, "\(file): \(unknown.description)")
    }
    if let training = profile.training, let unread = training.unread {
      let wire = training.wire.name
      throw HostError(.configuration, "\(file): 'training.\(unread)' means nothing for '\(wire)'")
    }
    return profile
  }

  private static func fault(_ error: DecodingError) -> String {
    func path(_ keys: [any CodingKey]) -> String {
      keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context): return "no '\(path(context.codingPath + [key]))'"
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      guard !context.codingPath.isEmpty else { return "not one JSON5 object" }
      return "'\(path(context.codingPath))' has a value that is not understood there"
    @unknown default: return "not JSON5"
    }
  }
}

/// A key of a document that its decoded value has no property for.
private struct UnknownKey {
  let path: [String]
  let known: [String]

  var description: String {
    "unknown key '\(path.joined(separator: "."))'; known there are \(known.joined(separator: ", "))"
  }

  /// The first such key in alphabetical order.
  ///
  /// Decoding skips unknown keys without a word. A decoded value's properties are named like the
  /// keys, absent ones included, so walking both side by side needs no second list of keys.
  static func first(in document: JSON, of value: Any, at path: [String] = []) -> UnknownKey? {
    guard case .object(let members) = document else { return nil }
    var mirror = Mirror(reflecting: value)
    while mirror.displayStyle == .optional, let inner = mirror.children.first {
      mirror = Mirror(reflecting: inner.value)
    }
    guard mirror.displayStyle == .struct else { return nil }
    let properties = mirror.children.compactMap { child in child.label.map { ($0, child.value) } }
    for (key, member) in members.sorted(by: { $0.key < $1.key }) {
      guard let property = properties.first(where: { $0.0 == key }) else {
        return UnknownKey(path: path + [key], known: properties.map(\.0))
      }
      if let unknown = first(in: member, of: property.1, at: path + [key]) { return unknown }
    }
    return nil
  }
}
