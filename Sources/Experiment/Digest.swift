/// A stable 128-bit content key (FNV-1a), for telling equal content from different content.
///
/// It is not cryptographic: it guards against mix-ups, not against an adversary.
/// - SeeAlso: RFC 9923, "The FNV Non-Cryptographic Hash Algorithm".
public struct Digest: Sendable, Hashable, CustomStringConvertible {
  private var state: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

  /// Creates the digest of nothing.
  public init() {}

  /// Adds bytes.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    for byte in bytes {
      state = (state ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
    }
  }

  /// Adds bytes.
  ///
  /// Not generic: other modules would otherwise pay for a witness call a byte.
  public mutating func update(_ bytes: [UInt8]) {
    for byte in bytes {
      state = (state ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
    }
  }

  /// Adds one text and its end, so that ("ab", "c") differs from ("a", "bc").
  public mutating func update(_ text: String) {
    update(text.utf8)
    update(CollectionOfOne(0xFF))
  }

  /// 32 lower-case hexadecimal digits.
  public var description: String {
    let digits: [UInt8] = Array("0123456789abcdef".utf8)
    let halves = [UInt64(truncatingIfNeeded: state >> 64), UInt64(truncatingIfNeeded: state)]
    var text: [UInt8] = []
    text.reserveCapacity(32)
    for half in halves {
      for shift in stride(from: 60, through: 0, by: -4) {
        text.append(digits[Int(truncatingIfNeeded: half >> UInt64(shift)) & 15])
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension Example {
  /// Adds what a host would see of the example: prompt and completion, not id and tags.
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
      }
    }
    digest.update(completion)
  }
}
