import Experiment
import FoundationEssentials
import Transport

/// What must not be kept of a request and its reply.
struct Redaction: Sendable {
  /// What stands where something secret stood.
  static let word = "REDACTED"

  /// Members of JSON bodies that hold keys of this or another service, in lower case.
  private static let members: Set<String> = [
    "api_key", "apikey", "api-key", "hf_api_token", "hf_token", "wandb_api_key", "token",
    "access_token", "refresh_token", "password", "secret", "authorization",
  ]
  /// Query items that make a presigned URL, in lower case; those of the clouds begin alike.
  private static let items: Set<String> = [
    "sig", "signature", "token", "key", "api_key", "api-key", "apikey", "access_token", "password",
    "googleaccessid", "awsaccesskeyid", "policy",
  ]
  /// Header fields of replies that are worth keeping.
  private static let fields: [StaticString] = [
    "content-type", "x-request-id", "apim-request-id", "request-id", "retry-after",
    "retry-after-ms", "openai-model", "openai-version", "server", "location",
  ]

  private let keys: [HiddenKey]

  init(_ secrets: [Secret]) {
    keys = secrets.compactMap(HiddenKey.init)
  }

  /// A URL or another text without the key and the values of secret query items.
  func url(_ text: String) -> String { withoutKey(Self.urls(in: text)) }

  /// The header fields worth keeping.
  func fields(_ fields: HTTPFields) -> [Exchange.Field] {
    fields.named(Self.fields).map { Exchange.Field($0.name, url($0.value)) }
  }

  /// A body as it is kept: without the key; where `isSearched`, a JSON body also without other
  /// secrets.
  func body(_ bytes: [UInt8], isSearched: Bool) -> [UInt8] {
    let bytes = withoutKey(bytes)
    guard isSearched, let document = JSONReader.read(bytes) else { return bytes }
    // Not by comparing: NaN, which servers send, differs from itself.
    var isChanged = false
    let clean = Self.clean(document, &isChanged)
    return isChanged ? clean.bytes : bytes
  }

  func withoutKey(_ text: String) -> String {
    keys.isEmpty ? text : String(decoding: withoutKey(Array(text.utf8)), as: UTF8.self)
  }

  /// Bytes without the keys, however they are spelt.
  func withoutKey(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for key in keys { result = key.removed(from: result) }
    return result
  }

  private static func clean(_ value: JSON, _ isChanged: inout Bool) -> JSON {
    switch value {
    case .object(let members):
      // A token with a log-probability or its bytes is a model's.
      let isWord = ["logprob", "prob", "bytes"].contains { members[$0] != nil }
      return .object(
        members.mapValues { member in
          let name = member.key.lowercased()
          guard Self.members.contains(name), !(isWord && member.key == "token"),
            let text = member.value.string, !text.isEmpty
          else { return Self.clean(member.value, &isChanged) }
          isChanged = true
          return .string(word)
        }
      )
    case .array(let elements):
      var clean: [JSON] = []
      for element in elements { clean.append(Self.clean(element, &isChanged)) }
      return .array(clean)
    case .string(let text) where text.contains("://") && text.contains("="):
      let clean = urls(in: text)
      isChanged = isChanged || clean != text
      return .string(clean)
    case .string, .null, .bool, .number, .verbatim: return value
    }
  }

  /// A text whose URLs lose the values of secret query items.
  private static func urls(in text: String) -> String {
    guard let mark = text.utf8.firstIndex(of: UInt8(ascii: "?")) else { return text }
    var clean = String(text[...mark])
    var rest = text[text.index(after: mark)...]
    while !rest.isEmpty {
      let name = rest.prefix { $0 != "=" && !isEnd($0) }
      rest = rest[name.endIndex...]
      clean += name
      if rest.first == "=" {
        let value = rest.dropFirst().prefix { !isEnd($0) }
        rest = rest[value.endIndex...]
        clean += "=" + (isSecret(name) && !value.isEmpty ? word : String(value))
      }
      if let end = rest.popFirst() { clean.append(end) }
    }
    return clean
  }

  private static func isEnd(_ character: Character) -> Bool {
    character == "&" || character == "?" || character == "#" || character == "\""
      || character.isWhitespace
  }

  private static func isSecret(_ name: Substring) -> Bool {
    let name = name.lowercased()
    return items.contains(name) || name.hasPrefix("x-amz-") || name.hasPrefix("x-goog-")
  }
}
