/// Where the members and elements of a JSON text lie, so that its own bytes can be kept.
///
/// It is for text that is known to be well-formed: anything else gives fewer places, never a fault.
enum JSONPlaces {
  /// A member of an object.
  struct Member {
    /// The bytes between the key's quotes, escapes not resolved.
    let key: Range<Int>
    /// From the key's opening quote to the value's end.
    let whole: Range<Int>
    /// The value.
    let value: Range<Int>
  }

  /// Members of an object in order; none for any other value.
  static func members(of text: ArraySlice<UInt8>) -> [Member] {
    var rest = text
    guard take(UInt8(ascii: "{"), from: &rest) else { return [] }
    var members: [Member] = []
    repeat {
      guard let key = value(from: &rest), text[key].first == UInt8(ascii: "\""),
        take(UInt8(ascii: ":"), from: &rest), let value = value(from: &rest)
      else { break }
      members.append(
        Member(
          key: (key.lowerBound + 1)..<(key.upperBound - 1),
          whole: key.lowerBound..<value.upperBound,
          value: value
        )
      )
    } while take(UInt8(ascii: ","), from: &rest)
    return members
  }

  /// Elements of a list in order; none for any other value.
  static func elements(of text: ArraySlice<UInt8>) -> [Range<Int>] {
    var rest = text
    guard take(UInt8(ascii: "["), from: &rest) else { return [] }
    var elements: [Range<Int>] = []
    repeat {
      guard let value = value(from: &rest) else { break }
      elements.append(value)
    } while take(UInt8(ascii: ","), from: &rest)
    return elements
  }

  private static func skipBlanks(_ rest: inout ArraySlice<UInt8>) {
    rest = rest.drop { $0 == 0x20 || $0 == 0x09 || $0 == 0x0A || $0 == 0x0D }
  }

  private static func take(_ byte: UInt8, from rest: inout ArraySlice<UInt8>) -> Bool {
    skipBlanks(&rest)
    guard rest.first == byte else { return false }
    rest = rest.dropFirst()
    return true
  }

  /// Steps over a value and gives its place.
  private static func value(from rest: inout ArraySlice<UInt8>) -> Range<Int>? {
    skipBlanks(&rest)
    guard case .complete(let end) = JSONWalk.end(of: rest) else { return nil }
    defer { rest = rest[end...] }
    return rest.startIndex..<end
  }
}
