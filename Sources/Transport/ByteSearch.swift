import Glibc

/// Bytes to look for in texts.
///
/// Only where the rarest of them stands is compared: libc finds single bytes many times faster than
/// sequences.
package struct BytePattern: Sendable {
  /// The bytes.
  package let bytes: [UInt8]
  /// Place of the byte that texts have least often.
  private let anchor: Int

  /// What JSON with numbers and words is made of, most frequent first.
  private static let common = Array("\"0123456789,.:- {}[]_etaoinsrhldcumfpgwybvkxjqz".utf8)

  package init(_ bytes: some Sequence<UInt8>) {
    self.bytes = Array(bytes)
    let ranks = self.bytes.map { Self.common.firstIndex(of: $0) ?? Self.common.count }
    anchor = ranks.indices.max { ranks[$0] < ranks[$1] } ?? 0
  }

  /// Where the bytes occur first; `nil` when they do not.
  ///
  /// - Parameters:
  ///   - text: What to look through.
  ///   - limit: How many bytes of it to look at.
  /// - Returns: Their place.
  package func firstRange(in text: [UInt8], within limit: Int = .max) -> Range<Int>? {
    guard !bytes.isEmpty else { return nil }
    return text.withUnsafeBytes { text -> Range<Int>? in
      bytes.withUnsafeBytes { wanted -> Range<Int>? in
        guard let base = text.baseAddress, let first = wanted.baseAddress else { return nil }
        let end = min(text.count, limit) - wanted.count + anchor + 1
        var place = anchor
        while place < end,
          let found = memchr(base + place, Int32(wanted[anchor]), end - place)
        {
          let start = UnsafeRawPointer(found) - base - anchor
          if memcmp(base + start, first, wanted.count) == 0 {
            return start..<(start + wanted.count)
          }
          place = start + anchor + 1
        }
        return nil
      }
    }
  }
}

extension UnsafeRawBufferPointer {
  /// Where bytes occur first, ASCII letters of either case being equal; the needle is lower case.
  func firstIgnoringCase(of needle: UnsafeRawBufferPointer) -> Int? {
    guard let first = needle.first, count >= needle.count else { return nil }
    for start in 0...(count - needle.count) where lower(start) == first {
      if needle.indices.allSatisfy({ lower(start + $0) == needle[$0] }) { return start }
    }
    return nil
  }

  private func lower(_ index: Int) -> UInt8 {
    let byte = self[index]
    return (0x41...0x5A).contains(byte) ? byte | 0x20 : byte
  }
}
