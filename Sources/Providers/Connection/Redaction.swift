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

  private let key: BytePattern
  /// The key in base64, wherever it begins.
  private let digits: [BytePattern]
  /// The escapes behind one of which a key may be spelt in JSON.
  private let escapes: [BytePattern]
  private static let percent = BytePattern("%".utf8)
  private static let backslash = BytePattern("\\".utf8)

  /// Creates a redaction.
  ///
  /// - Parameter key: The key in use; it is removed wherever it occurs.
  init(key: Secret?) {
    let text = key?.reveal() ?? ""
    let bytes = Array(text.utf8)
    // A very short key, such as a local server's `x`, would tear holes into everything, and EMPTY is
    // what servers without a key are sent.
    self.key = BytePattern(bytes.count < 4 || text == "EMPTY" ? [] : bytes)
    escapes = (["u"] + ["/", "\""].filter(text.contains)).map { BytePattern("\\\($0)".utf8) }
    // Digits that also hold bits of what stands beside the key are left out.
    digits = (0..<(bytes.count < 12 ? 0 : 3)).map { shift in
      let before = [UInt8](repeating: 0, count: shift)
      let digits = Array(Data(before + bytes).base64EncodedString().utf8)
      return BytePattern(digits[[0, 2, 3][shift]..<((shift + bytes.count) * 8 / 6)])
    }
  }

  /// A URL or another text without the key and the values of secret query items.
  func url(_ text: String) -> String { withoutKey(Self.urls(in: text)) }

  /// The header fields worth keeping.
  func fields(_ fields: HTTPFields) -> [Exchange.Field] {
    fields.named(Self.fields).map { Exchange.Field($0.name, url($0.value)) }
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
    guard isSearched, let document = JSONReader.read(bytes) else { return bytes }
    // Not by comparing: NaN, which servers send, differs from itself.
    var isChanged = false
    let clean = Self.clean(document, &isChanged)
    return isChanged ? clean.bytes : bytes
  }

  /// A text without the key.
  func withoutKey(_ text: String) -> String {
    key.bytes.isEmpty ? text : String(decoding: withoutKey(Array(text.utf8)), as: UTF8.self)
  }

  /// Bytes without the key: as it is, percent-encoded, behind JSON's escapes, or in base64.
  func withoutKey(_ bytes: [UInt8]) -> [UInt8] {
    guard let first = key.bytes.first else { return bytes }
    var result = bytes
    if mayHoldKey(bytes) {
      result = withoutSpelledKey(bytes, first)
    }
    for spelling in digits {
      while let range = spelling.firstRange(in: result) {
        result.replaceSubrange(range, with: Self.word.utf8)
      }
    }
    return result
  }

  private func mayHoldKey(_ bytes: [UInt8]) -> Bool {
    key.firstRange(in: bytes) != nil || Self.percent.firstRange(in: bytes) != nil
      // Most bodies have no escape at all, which is much faster to tell.
      || Self.backslash.firstRange(in: bytes) != nil
        && escapes.contains { $0.firstRange(in: bytes) != nil }
  }

  private func withoutSpelledKey(_ bytes: [UInt8], _ first: UInt8) -> [UInt8] {
    var result: [UInt8] = []
    var kept = 0
    var position = 0
    while position < bytes.count {
      let byte = bytes[position]
      if byte == first || byte == UInt8(ascii: "%") || byte == UInt8(ascii: "\\"),
        let end = endOfKey(in: bytes, from: position)
      {
        result += bytes[kept..<position] + Array(Self.word.utf8)
        position = end
        kept = end
      } else {
        position += 1
      }
    }
    return kept == 0 ? bytes : result + bytes[kept...]
  }

  /// Where the key ends that begins at a place; `nil` when another text begins there.
  private func endOfKey(in bytes: [UInt8], from start: Int) -> Int? {
    var place = start
    for wanted in key.bytes {
      guard let length = Self.length(of: wanted, in: bytes, at: place) else { return nil }
      place += length
    }
    return place
  }

  /// How many bytes write a byte at a place, in whatever way; `nil` when something else is there.
  private static func length(of byte: UInt8, in bytes: [UInt8], at place: Int) -> Int? {
    guard place < bytes.count else { return nil }
    if bytes[place] == byte { return 1 }
    func holds(_ digits: Int, _ text: ArraySlice<UInt8>) -> Bool {
      text.count == digits && UInt8(String(decoding: text, as: UTF8.self), radix: 16) == byte
    }
    switch bytes[place] {
    case UInt8(ascii: "%"):
      return holds(2, bytes[(place + 1)...].prefix(2)) ? 3 : nil
    case UInt8(ascii: "\\"):
      let next = bytes[(place + 1)...].first
      if next == byte, [UInt8(ascii: "/"), UInt8(ascii: "\"")].contains(byte) { return 2 }
      return next == UInt8(ascii: "u") && holds(4, bytes[(place + 2)...].prefix(4)) ? 6 : nil
    default: return nil
    }
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
