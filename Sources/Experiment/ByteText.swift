/// A text that equals only a text of the same UTF-8 bytes, for sets and as a key.
///
/// Swift's own comparison takes canonically equivalent texts for one: "é" as one scalar and as two, or the
/// Kelvin sign and "K". Files, hosts and tokenisers tell them apart, so what came from outside is compared,
/// hashed and ordered by this. Text that is ours and lower-case ASCII, such as digests, needs none of it.
package struct ByteText: Sendable, Hashable, Comparable {
  /// The text as it was given.
  package let text: String

  /// Takes a text.
  package init(_ text: String) { self.text = text }

  /// Takes a part of a text.
  package init(_ text: Substring) { self.text = String(text) }

  package static func == (left: ByteText, right: ByteText) -> Bool {
    left.text.isSame(as: right.text)
  }

  package static func < (left: ByteText, right: ByteText) -> Bool {
    left.text.precedes(right.text)
  }

  /// Hashes as a text: the few that are equivalent share a place, and `==` tells them apart.
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension StringProtocol {
  /// Whether the UTF-8 bytes of both texts are the same.
  package func isSame(as other: some StringProtocol) -> Bool {
    utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
  }

  /// Whether the UTF-8 bytes come before the other's.
  package func precedes(_ other: some StringProtocol) -> Bool {
    utf8.lexicographicallyPrecedes(other.utf8)
  }
}

extension Sequence where Element: StringProtocol {
  /// Whether one of the texts has the same UTF-8 bytes.
  package func contains(same text: some StringProtocol) -> Bool {
    contains { $0.isSame(as: text) }
  }

  /// Whether both have the same texts in the same order, by their UTF-8 bytes.
  package func areSame(as others: some Sequence<Element>) -> Bool {
    elementsEqual(others) { $0.isSame(as: $1) }
  }

  /// The different texts in the order of their UTF-8 bytes.
  package var distinct: [Element] {
    sorted { $0.precedes($1) }.reduce(into: []) { result, text in
      if let last = result.last, last.isSame(as: text) { return }
      result.append(text)
    }
  }
}
