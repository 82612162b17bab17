/// Tells at once of most keys that they were never kept, and is never wrong about it (Bloom, 1970).
///
/// Before each call a recorded run asks whether the reply is known, and mostly it is not: reading
/// beside a writer, whose every commit empties the reader's cache, would cost more than writing.
/// With a million keys in its 2 MB about one unknown key in seventy is taken for a known one.
struct KeyFilter: Sendable {
  private static let bits = 24
  private var words = [UInt64](repeating: 0, count: 1 << (bits - 6))

  /// Takes in a key.
  mutating func insert(_ key: String) {
    let (first, second) = Self.places(of: key)
    words[first >> 6] |= 1 << UInt64(first & 63)
    words[second >> 6] |= 1 << UInt64(second & 63)
  }

  /// False when the key was never taken in.
  func mayContain(_ key: String) -> Bool {
    let (first, second) = Self.places(of: key)
    return words[first >> 6] & (1 << UInt64(first & 63)) != 0
      && words[second >> 6] & (1 << UInt64(second & 63)) != 0
  }

  private static func places(of key: String) -> (Int, Int) {
    let hash = UInt64(bitPattern: Int64(key.hashValue))
    return (Int(hash & (1 << bits - 1)), Int(hash >> (64 - bits)))
  }
}
