/// A stable 128-bit content key (FNV-1a), for telling equal content from different content.
///
/// It is not cryptographic: it guards against mix-ups, not against an adversary.
/// - SeeAlso: RFC 9923, "The FNV Non-Cryptographic Hash Algorithm".
public struct Digest: Sendable, Hashable, CustomStringConvertible {
  private static let prime: UInt128 = 0x0000_0000_0100_0000_0000_0000_0000_013b
  private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

  /// The digest of nothing.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      state = (state ^ UInt128(byte)) &* Self.prime
    }
  }

  /// Adds bytes.
  ///
  /// Not generic: other modules would otherwise pay for a witness call a byte.
  public mutating func update(_ bytes: [UInt8]) { update(bytes.span) }

  /// Adds one text and its end, so that ("ab", "c") differs from ("a", "bc").
  public mutating func update(_ text: String) {
    update(text.utf8.span)
    update(CollectionOfOne(0xFF))
  }

  private mutating func update(_ bytes: Span<UInt8>) {
    for index in bytes.indices {
      state = (state ^ UInt128(bytes[index])) &* Self.prime
    }
  }

  /// 32 lower-case hexadecimal digits.
  public var description: String {
    var digits: [UInt8] = []
    digits.reserveCapacity(32)
    for half in [UInt64(truncatingIfNeeded: state >> 64), UInt64(truncatingIfNeeded: state)] {
      for shift in stride(from: 60, through: 0, by: -4) {
        let digit = UInt8(truncatingIfNeeded: half >> UInt64(shift)) & 15
        digits.append(digit + (digit < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10))
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }
}

extension Example {
  /// Adds all that decides what the example costs: prompt and completion as a template gets them, not
  /// id and tags.
  public func update(_ digest: inout Digest) {
    switch prompt {
    case .text(let text):
      digest.update("text")
      digest.update(text)
    case .chat(let messages):
      digest.update("chat")
      for message in messages {
        digest.update(message.role)
        digest.update(message.content)
        if let json = message.json { digest.update("json" + json) }
      }
    }
    digest.update(completion)
    guard let rendering else { return }
    for part in [rendering.tools, rendering.arguments, rendering.answer] {
      digest.update(part ?? "")
    }
  }

  /// Adds all that decides what a training on the example does: what it costs, and the whole row
  /// where that says more.
  public func updateTraining(_ digest: inout Digest) {
    update(&digest)
    guard let row, row.saysMore else { return }
    digest.update("row")
    digest.update(row.bytes)
  }
}
