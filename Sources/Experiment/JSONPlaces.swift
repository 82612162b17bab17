/// Where the members and elements of a JSON text lie, so that its own bytes can be kept.
///
/// It is for text that a decoder has found to be well-formed: anything else gives fewer places, never
/// a fault.
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
    var walk = Walk(text)
    guard walk.take(UInt8(ascii: "{")) else { return [] }
    var members: [Member] = []
    while let key = walk.string() {
      guard walk.take(UInt8(ascii: ":")), let value = walk.value() else { break }
      members.append(
        Member(key: key, whole: (key.lowerBound - 1)..<value.upperBound, value: value)
      )
      guard walk.take(UInt8(ascii: ",")) else { break }
    }
    return members
  }

  /// Elements of a list in order; none for any other value.
  static func elements(of text: ArraySlice<UInt8>) -> [Range<Int>] {
    var walk = Walk(text)
    guard walk.take(UInt8(ascii: "[")) else { return [] }
    var elements: [Range<Int>] = []
    while let value = walk.value() {
      elements.append(value)
      guard walk.take(UInt8(ascii: ",")) else { break }
    }
    return elements
  }

  private struct Walk {
    private let text: ArraySlice<UInt8>
    private var place: Int

    init(_ text: ArraySlice<UInt8>) {
      self.text = text
      place = text.startIndex
    }

    private mutating func peek() -> UInt8? {
      while place < text.endIndex {
        switch text[place] {
        case 0x20, 0x09, 0x0A, 0x0D: place += 1
        default: return text[place]
        }
      }
      return nil
    }

    mutating func take(_ byte: UInt8) -> Bool {
      guard peek() == byte else { return false }
      place += 1
      return true
    }

    /// Steps over a string and gives what lies between its quotes.
    mutating func string() -> Range<Int>? {
      guard take(UInt8(ascii: "\"")) else { return nil }
      let start = place
      while place < text.endIndex {
        switch text[place] {
        case UInt8(ascii: "\""):
          place += 1
          return start..<(place - 1)
        case UInt8(ascii: "\\"): place += 2
        default: place += 1
        }
      }
      place = text.endIndex
      return nil
    }

    /// Steps over a value and gives its place.
    mutating func value() -> Range<Int>? {
      guard let first = peek() else { return nil }
      let start = place
      switch first {
      case UInt8(ascii: "\""): return string() == nil ? nil : start..<place
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        var depth = 0
        while place < text.endIndex {
          switch text[place] {
          case UInt8(ascii: "\""):
            guard string() != nil else { return nil }
            continue
          case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
          case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
          default: break
          }
          place += 1
          if depth == 0 { return start..<place }
        }
        return nil
      default:
        while place < text.endIndex, !Self.ends(text[place]) { place += 1 }
        return place > start ? start..<place : nil
      }
    }

    private static func ends(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 0...0x20: true
      default: false
      }
    }
  }
}
