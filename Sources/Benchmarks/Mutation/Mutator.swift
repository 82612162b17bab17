import Statistics

/// Damages bytes in the ways that files and replies get damaged, or that a reader may not expect.
struct Mutator {
  /// What else there is: another input that parts may come from.
  let others: [[UInt8]]
  private var generator: SplitMix64

  init(seed: UInt64, number: Int, others: [[UInt8]]) {
    generator = SplitMix64(seed: seed, stream: UInt64(number))
    self.others = others
  }

  private static let literals = [
    "null", "true", "false", "0", "-0", "-0.0", "NaN", "-Infinity", "Infinity", "1e999", "-1e999",
    "1e-999", "-9999", "-1e-320", "0.5", "4", "-99999", "9223372036854775808", "1.5e300", "\"\"",
    "[]", "{}", "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"\\u0000\"", "\"e\\u0301\"", "\"\u{212A}\"",
    "\"\u{FFFD}\"", "\"NaN\"", "[null]", "{\"\":null}", "01", "+1", ".5", "1.", "'x'", "nul",
  ].map { Array($0.utf8) }

  /// A number below a bound; 0 for a bound of 0.
  mutating func below(_ bound: Int) -> Int { bound > 0 ? generator.below(bound) : 0 }

  /// One of the elements.
  mutating func one<Element>(of elements: [Element]) -> Element? {
    elements.isEmpty ? nil : elements[generator.below(elements.count)]
  }

  /// The bytes with one to three damages, or rarely with none.
  mutating func damaged(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for _ in 0..<below(4) { damage(&result) }
    return result
  }

  private mutating func damage(_ bytes: inout [UInt8]) {
    switch below(16) {
    case 0 where !bytes.isEmpty: bytes[below(bytes.count)] ^= 1 << UInt8(below(8))
    case 1 where !bytes.isEmpty: bytes[below(bytes.count)] = UInt8(below(256))
    case 2: bytes.removeSubrange(range(in: bytes.count))
    case 3:
      let part = bytes[range(in: bytes.count)]
      bytes.insert(contentsOf: part, at: below(bytes.count + 1))
    case 4: bytes.removeLast(below(bytes.count + 1))
    case 5:
      guard let other = one(of: others) else { return }
      let part = other[range(in: other.count)]
      bytes.replaceSubrange(range(in: bytes.count), with: part)
    case 6:
      let depth = one(of: [10, 200, 2_000]) ?? 10
      let open = one(of: ["[", "{\"a\":"]) ?? "["
      replaceValue(of: &bytes, with: Array(String(repeating: open, count: depth).utf8))
    case 7:
      let digits = String(repeating: "7", count: one(of: [20, 320, 5_000]) ?? 20)
      replaceValue(of: &bytes, with: Array(((one(of: ["", "-", "-0."]) ?? "") + digits).utf8))
    case 8, 9, 10: replaceValue(of: &bytes, with: one(of: Self.literals) ?? [])
    case 11: bytes.insert(contentsOf: one(of: Self.literals) ?? [], at: below(bytes.count + 1))
    default: rearrange(&bytes)
    }
  }

  private mutating func range(in count: Int) -> Range<Int> {
    let start = below(count + 1)
    return start..<min(count, start + below(one(of: [3, 40, 1_000]) ?? 3))
  }

  private mutating func replaceValue(of bytes: inout [UInt8], with new: [UInt8]) {
    guard let place = one(of: Self.values(in: bytes)) else { return }
    bytes.replaceSubrange(place, with: new)
  }

  /// Swaps, repeats or drops values, with the key or comma that belongs to them.
  private mutating func rearrange(_ bytes: inout [UInt8]) {
    let values = Self.values(in: bytes)
    guard let first = one(of: values), let second = one(of: values) else { return }
    switch below(4) {
    case 0 where first.upperBound <= second.lowerBound:
      let (left, right) = (bytes[first], bytes[second])
      bytes.replaceSubrange(second, with: left)
      bytes.replaceSubrange(first, with: right)
    case 1: bytes.insert(contentsOf: bytes[first] + [UInt8(ascii: ",")], at: first.lowerBound)
    case 2 where bytes.indices.contains(first.upperBound):
      // Up to a key's colon or an element's comma.
      bytes.removeSubrange(first.lowerBound...first.upperBound)
    default: bytes.replaceSubrange(first, with: bytes[second])
    }
  }

  /// Where values begin and end, as far as the bytes look like JSON; keys are among them.
  static func values(in bytes: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var open: [Int] = []
    var place = 0
    while place < bytes.count {
      let start = place
      switch bytes[place] {
      case UInt8(ascii: "{"), UInt8(ascii: "["): open.append(place)
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if let start = open.popLast() { result.append(start..<place + 1) }
      case UInt8(ascii: "\""):
        place += 1
        while place < bytes.count, bytes[place] != UInt8(ascii: "\"") {
          place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1
        }
        result.append(start..<min(place + 1, bytes.count))
      case UInt8(ascii: "-"), 0x30...0x39, 0x41...0x5A, 0x61...0x7A:
        while place + 1 < bytes.count, Self.isWord(bytes[place + 1]) { place += 1 }
        result.append(start..<place + 1)
      default: break
      }
      place += 1
    }
    return result
  }

  private static func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "+"), UInt8(ascii: "-"),
      UInt8(ascii: "."):
      true
    default: false
    }
  }
}
