/// JSON read once more, slowly and by the book, to hold the product's readers against.
///
/// `NaN` and `Infinity` are numbers, because Python servers write them; of two equal keys the last counts. Zeros
/// in front of a number and control characters in a text pass, because no reader is misled by them.
indirect enum PlainJSON {
  case null
  case bool(Bool)
  case number(Double)
  case string([UInt8])
  case array([PlainJSON])
  case object([(key: [UInt8], value: PlainJSON)])

  /// What a document turned out to be.
  enum Reading {
    case value(PlainJSON)
    /// Not JSON.
    case malformed
    /// Nested deeper than anybody has to read.
    case tooDeep
  }

  private struct Malformed: Error { let isTooDeep: Bool }

  /// Reads a document.
  ///
  /// - Parameters:
  ///   - bytes: The document.
  ///   - isLenient: Whether a bare word is a value, which is no number: readers that skip what they do not
  ///     need do not look at it.
  /// - Returns: What it is.
  static func read(_ bytes: [UInt8], isLenient: Bool = false) -> Reading {
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    do throws(Malformed) {
      let value = try value(&rest, depth: 0, isLenient)
      skip(&rest)
      return rest.isEmpty ? .value(value) : .malformed
    } catch {
      return error.isTooDeep ? .tooDeep : .malformed
    }
  }

  private static func skip(_ rest: inout ArraySlice<UInt8>) {
    rest = rest.drop { [0x20, 0x09, 0x0A, 0x0D].contains($0) }
  }

  private static func take(_ text: String, _ rest: inout ArraySlice<UInt8>) -> Bool {
    guard rest.starts(with: text.utf8) else { return false }
    rest = rest.dropFirst(text.utf8.count)
    return true
  }

  private static func value(
    _ rest: inout ArraySlice<UInt8>,
    depth: Int,
    _ isLenient: Bool
  ) throws(Malformed) -> PlainJSON {
    guard depth < 100 else { throw Malformed(isTooDeep: true) }
    skip(&rest)
    if take("null", &rest) { return .null }
    if take("true", &rest) { return .bool(true) }
    if take("false", &rest) { return .bool(false) }
    if take("\"", &rest) { return .string(try string(&rest)) }
    if take("[", &rest) {
      var elements: [PlainJSON] = []
      skip(&rest)
      if take("]", &rest) { return .array([]) }
      repeat {
        elements.append(try value(&rest, depth: depth + 1, isLenient))
        skip(&rest)
      } while take(",", &rest)
      guard take("]", &rest) else { throw Malformed(isTooDeep: false) }
      return .array(elements)
    }
    if take("{", &rest) {
      var members: [(key: [UInt8], value: PlainJSON)] = []
      skip(&rest)
      if take("}", &rest) { return .object([]) }
      repeat {
        skip(&rest)
        guard take("\"", &rest) else { throw Malformed(isTooDeep: false) }
        let key = try string(&rest)
        skip(&rest)
        guard take(":", &rest) else { throw Malformed(isTooDeep: false) }
        members.append((key, try value(&rest, depth: depth + 1, isLenient)))
        skip(&rest)
      } while take(",", &rest)
      guard take("}", &rest) else { throw Malformed(isTooDeep: false) }
      return .object(members)
    }
    let start = rest
    do throws(Malformed) {
      return .number(try number(&rest))
    } catch {
      let word = start.prefix { $0 > 0x20 && !",:]}".utf8.contains($0) }
      guard isLenient, !word.isEmpty else { throw error }
      rest = start.dropFirst(word.count)
      return .number(.nan)
    }
  }

  private static func number(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> Double {
    let text = rest.prefix {
      (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0)
        || [0x2B, 0x2D, 0x2E].contains($0)
    }
    rest = rest.dropFirst(text.count)
    let word = String(decoding: text, as: UTF8.self)
    switch word {
    case "NaN": return .nan
    case "Infinity": return .infinity
    case "-Infinity": return -.infinity
    default: break
    }
    guard word.wholeMatch(of: #/-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?/#) != nil,
      let value = Double(word)
    else { throw Malformed(isTooDeep: false) }
    return value
  }

  private static func string(_ rest: inout ArraySlice<UInt8>) throws(Malformed) -> [UInt8] {
    var units: [UInt16] = []
    var bytes: [UInt8] = []
    func flush() {
      bytes += String(decoding: units, as: UTF16.self).utf8
      units = []
    }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "\"") {
        flush()
        return bytes
      }
      if byte != UInt8(ascii: "\\") {
        flush()
        bytes.append(byte)
        continue
      }
      guard let escape = rest.popFirst() else { break }
      switch escape {
      case UInt8(ascii: "u"):
        let digits = rest.prefix(4)
        guard digits.count == 4,
          digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
          let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw Malformed(isTooDeep: false) }
        rest = rest.dropFirst(4)
        units.append(unit)
      case UInt8(ascii: "b"): units.append(8)
      case UInt8(ascii: "f"): units.append(12)
      case UInt8(ascii: "n"): units.append(10)
      case UInt8(ascii: "r"): units.append(13)
      case UInt8(ascii: "t"): units.append(9)
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): units.append(UInt16(escape))
      default: throw Malformed(isTooDeep: false)
      }
    }
    throw Malformed(isTooDeep: false)
  }

  /// The last member of that name.
  subscript(name: String) -> PlainJSON? {
    guard case .object(let members) = self else { return nil }
    return members.last { $0.key.elementsEqual(name.utf8) }?.value
  }

  /// The element at that place.
  subscript(index: Int) -> PlainJSON? {
    array.flatMap { $0.indices.contains(index) ? $0[index] : nil }
  }

  /// The elements, the bytes, the number: `nil` for anything else.
  var array: [PlainJSON]? { if case .array(let elements) = self { elements } else { nil } }
  var text: [UInt8]? { if case .string(let bytes) = self { bytes } else { nil } }
  var number: Double? { if case .number(let value) = self { value } else { nil } }
}
