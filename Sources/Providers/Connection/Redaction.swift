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
  private static let fields: Set<String> = [
    "content-type", "x-request-id", "apim-request-id", "request-id", "retry-after",
    "retry-after-ms", "openai-model", "openai-version", "server", "location",
  ]

  /// The key as it may be written: plainly, percent-encoded, and in base64 wherever it begins.
  private let spellings: [[UInt8]]

  /// Creates a redaction.
  ///
  /// - Parameter key: The key in use; it is removed wherever it occurs.
  init(key: Secret?) {
    let key = key?.reveal() ?? ""
    let bytes = Array(key.utf8)
    // A very short key, such as a local server's `x`, would tear holes into everything, and EMPTY is
    // what servers without a key are sent.
    guard bytes.count >= 4, key != "EMPTY" else {
      spellings = []
      return
    }
    var spellings = [bytes]
    let encoded = Array(HostConnection.encoded(key).utf8)
    if encoded != bytes { spellings.append(encoded) }
    // Digits that also hold bits of what stands beside the key are left out.
    for shift in 0..<(bytes.count >= 12 ? 3 : 0) {
      let digits = Array(
        Data([UInt8](repeating: 0, count: shift) + bytes).base64EncodedString().utf8
      )
      let whole = (shift + bytes.count) * 8 / 6
      spellings.append(Array(digits[[0, 2, 3][shift]..<whole]))
    }
    self.spellings = spellings
  }

  /// A URL without the values of secret query items.
  func url(_ text: String) -> String { withoutKey(Self.urls(in: text)) }

  /// The header fields worth keeping.
  func fields(_ fields: [Exchange.Field]) -> [Exchange.Field] {
    fields.filter { Self.fields.contains($0.name) }
      .map { Exchange.Field($0.name, Self.urls(in: $0.value)) }
  }

  /// A body as it is kept: without the key; where `isSearched`, a JSON body also without other
  /// secrets.
  ///
  /// - Parameters:
  ///   - bytes: The body.
  ///   - isSearched: Whether the document is looked through; prices' replies hold no secrets.
  /// - Returns: The same bytes where there is nothing to hide.
  func body(_ bytes: [UInt8], isSearched: Bool) -> [UInt8] {
    let bytes = withoutKey(bytes)
    return isSearched ? rewritten(bytes, hidingNames: true) : bytes
  }

  /// A reply as the program may see it: without the key, but with presigned URLs, which it needs.
  ///
  /// - Parameters:
  ///   - bytes: The body.
  ///   - isSearched: Whether a key that JSON's escapes hide is looked for, too.
  /// - Returns: The same bytes where there is nothing to hide.
  func reply(_ bytes: [UInt8], isSearched: Bool) -> [UInt8] {
    let bytes = withoutKey(bytes)
    guard isSearched, !spellings.isEmpty, bytes.contains(UInt8(ascii: "\\")) else { return bytes }
    return rewritten(bytes, hidingNames: false)
  }

  /// A text without the key.
  func withoutKey(_ text: String) -> String {
    spellings.isEmpty ? text : String(decoding: withoutKey(Array(text.utf8)), as: UTF8.self)
  }

  /// Bytes without the key.
  func withoutKey(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    for spelling in spellings {
      var start = 0
      while let range = bytes.firstRange(of: spelling, from: start) {
        bytes.replaceSubrange(range, with: Self.word.utf8)
        start = range.lowerBound + Self.word.utf8.count
      }
    }
    return bytes
  }

  private func rewritten(_ bytes: [UInt8], hidingNames: Bool) -> [UInt8] {
    guard let document = JSONReader.read(bytes) else { return bytes }
    // Not by comparing: NaN, which servers send, differs from itself.
    var isChanged = false
    let clean = clean(document, hidingNames, &isChanged)
    return isChanged ? clean.bytes : bytes
  }

  private func clean(_ value: JSON, _ hidesNames: Bool, _ isChanged: inout Bool) -> JSON {
    switch value {
    case .object(let members):
      var clean = members
      for (name, member) in members {
        // A token with a log-probability is a model's.
        let isWord = name == "token" && members["logprob"] != nil
        if hidesNames, !isWord, Self.members.contains(name.lowercased()),
          let text = member.string, !text.isEmpty
        {
          clean[name] = .string(Self.word)
          isChanged = true
        } else {
          clean[name] = self.clean(member, hidesNames, &isChanged)
        }
      }
      return .object(clean)
    case .array(let elements):
      var clean: [JSON] = []
      for element in elements { clean.append(self.clean(element, hidesNames, &isChanged)) }
      return .array(clean)
    case .string(let text):
      var clean = withoutKey(text)
      if hidesNames, text.contains("://"), text.contains("=") { clean = Self.urls(in: clean) }
      isChanged = isChanged || clean != text
      return .string(clean)
    case .null, .bool, .number: return value
    }
  }

  /// A text whose URLs lose the values of secret query items.
  private static func urls(in text: String) -> String {
    guard let mark = text.firstIndex(of: "?") else { return text }
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
