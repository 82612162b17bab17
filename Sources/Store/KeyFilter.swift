/// Tells at once of most keys that they were never kept, and is never wrong about it (Bloom, 1970).
///
/// Before each call a recorded run asks whether the reply is known, and mostly it is not: reading
/// beside a writer, whose every commit empties the reader's cache, would cost more than writing.
/// With a million keys in its 2 MB about one unknown key in seventy is taken for a known one.
struct KeyFilter: Sendable {
  private static let bits = 24
  private var words = [UInt64](repeating: 0, count: 1 << (bits - 6))

  /// The hash under which a key is filed: FNV-1a with 64 bits.
  static func hash(_ key: String) -> Int {
    var key = key
    let hash = key.withUTF8 { bytes in
      bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }
    return Int(truncatingIfNeeded: hash)
  }

  /// Takes in the hash of a key.
  mutating func insert(_ hash: Int) {
    let (first, second) = Self.places(of: hash)
    words[first >> 6] |= 1 << UInt64(first & 63)
    words[second >> 6] |= 1 << UInt64(second & 63)
  }

  /// False when no key of this hash was ever taken in.
  func mayContain(_ hash: Int) -> Bool {
    let (first, second) = Self.places(of: hash)
    return words[first >> 6] & (1 << UInt64(first & 63)) != 0
      && words[second >> 6] & (1 << UInt64(second & 63)) != 0
  }

  private static func places(of hash: Int) -> (Int, Int) {
    let hash = UInt64(bitPattern: Int64(hash))
    return (Int(hash & (1 << bits - 1)), Int(hash >> (64 - bits)))
  }
}
