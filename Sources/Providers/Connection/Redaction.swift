import Experiment
import Transport

/// What must not be kept of a request and its reply.
struct Redaction: Sendable {
  /// What stands where something secret stood.
  static let word = "REDACTED"

  /// Members of JSON bodies that hold keys of this or another service.
  private static let members: Set<String> = [
    "api_key", "apikey", "apiKey", "hf_api_token", "wandb_api_key", "token", "access_token",
    "password", "secret", "authorization",
  ]
  /// Query items that make a presigned URL.
  private static let items = [
    "sig", "signature", "token", "key", "api_key", "api-key", "access_token", "x-amz-signature",
    "x-amz-credential", "x-amz-security-token", "x-goog-signature", "x-goog-credential",
    "googleaccessid", "awsaccesskeyid",
  ]
  /// Header fields of replies that are worth keeping.
  private static let fields: Set<String> = [
    "content-type", "x-request-id", "apim-request-id", "retry-after", "retry-after-ms",
    "openai-model", "openai-version", "server", "location",
  ]

  private let key: [UInt8]?

  /// Creates a redaction.
  ///
  /// - Parameter key: The key in use; it is removed wherever it occurs.
  init(key: Secret?) {
    let bytes = key.map { Array($0.reveal().utf8) }
    // A very short key, such as a local server's `x`, would tear holes into everything.
    self.key = bytes.flatMap { $0.count >= 4 ? $0 : nil }
  }

  /// A URL without the values of secret query items.
  func url(_ text: String) -> String {
    guard let mark = text.firstIndex(of: "?") else { return plain(text) }
    let items = text[text.index(after: mark)...].split(separator: "&").map { item in
      let name = item.prefix { $0 != "=" }
      return Self.items.contains(name.lowercased()) ? "\(name)=\(Self.word)" : String(item)
    }
    return plain(text[...mark] + items.joined(separator: "&"))
  }

  /// The header fields worth keeping.
  func fields(_ fields: [Exchange.Field]) -> [Exchange.Field] {
    fields.filter { Self.fields.contains($0.name) }
      .map { Exchange.Field($0.name, $0.name == "location" ? url($0.value) : plain($0.value)) }
  }

  /// A body without the key; where `isSearched`, a JSON body also without other secrets.
  ///
  /// - Parameters:
  ///   - bytes: The body.
  ///   - isSearched: Whether the document is looked through; prices' replies hold no secrets.
  /// - Returns: The same bytes where there is nothing to hide.
  func body(_ bytes: [UInt8], isSearched: Bool) -> [UInt8] {
    var result = bytes
    if isSearched, let document = JSONReader.read(bytes) {
      let clean = clean(document)
      if clean != document { result = clean.bytes }
    }
    return withoutKey(result)
  }

  private func clean(_ document: JSON) -> JSON {
    switch document {
    case .object(let members):
      return .object(
        Dictionary(
          uniqueKeysWithValues: members.map { name, value in
            if Self.members.contains(name), case .string(let text) = value, !text.isEmpty {
              return (name, .string(Self.word))
            }
            return (name, clean(value))
          }
        )
      )
    case .array(let elements): return .array(elements.map(clean))
    case .string(let text) where text.hasPrefix("https://") && text.contains("?"):
      return .string(url(text))
    default: return document
    }
  }

  private func plain(_ text: some StringProtocol) -> String {
    String(decoding: withoutKey(Array(text.utf8)), as: UTF8.self)
  }

  private func withoutKey(_ bytes: [UInt8]) -> [UInt8] {
    guard let key, var found = bytes.firstRange(of: key) else { return bytes }
    var result: [UInt8] = []
    var kept = 0
    while true {
      result += bytes[kept..<found.lowerBound]
      result += Self.word.utf8
      kept = found.upperBound
      guard let next = bytes.firstRange(of: key, from: kept) else { return result + bytes[kept...] }
      found = next
    }
  }
}
