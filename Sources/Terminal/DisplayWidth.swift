extension Unicode.Scalar {
  /// Columns a terminal gives to the scalar: 0 for marks and controls, 2 for wide ones, else 1.
  ///
  /// Wide are East Asian Width W and F (Unicode 16, unassigned gaps inside CJK blocks included) and
  /// whatever is shown as an emoji by default.
  package var displayWidth: Int {
    if value < 0x300 { return value < 0x20 || (0x7F..<0xA0).contains(value) ? 0 : 1 }
    switch properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    if properties.isEmojiPresentation { return 2 }
    return Self.wide.contains { $0.contains(value) } ? 2 : 1
  }

  private static let wide: [ClosedRange<UInt32>] = [
    0x1100...0x115F, 0x2329...0x232A, 0x2E80...0x303E, 0x3041...0x4DBF, 0x4E00...0xA4CF,
    0xA960...0xA97F, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE10...0xFE19, 0xFE30...0xFE6F,
    0xFF01...0xFF60, 0xFFE0...0xFFE6, 0x16FE0...0x18DFF, 0x1AFF0...0x1B2FF, 0x1F200...0x1F265,
    0x20000...0x3FFFD,
  ]
}

extension Character {
  /// Columns a terminal gives to the grapheme cluster: its widest scalar, 2 for an emoji sequence.
  package var displayWidth: Int {
    var width = 0
    for scalar in unicodeScalars {
      if scalar == "\u{FE0F}" { return 2 }
      width = max(width, scalar.displayWidth)
    }
    return width
  }
}

extension StringProtocol {
  /// Columns a terminal gives to the text; controls count as 0.
  package var displayWidth: Int {
    reduce(0) { $0 + $1.displayWidth }
  }
}

extension String {
  /// The text with nothing left in it that could move the cursor, change colours or reorder a line.
  ///
  /// Line breaks and tabs become one space, other controls a visible picture (`␛`), and invisible
  /// format characters (bidirectional overrides, zero-width spaces, tags) `U+FFFD`, because hidden
  /// characters are just what somebody looking for a trigger must see. Joiners, which emoji and
  /// several scripts need, stay.
  package var neutralised: String {
    if utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return self }
    var result = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in unicodeScalars {
      defer { previous = scalar }
      switch scalar {
      case "\n" where previous == "\r": continue
      case "\n", "\r", "\t", "\u{2028}", "\u{2029}": result.append(" ")
      case "\u{200C}", "\u{200D}": result.append(scalar)
      case "\u{7F}": result.append("\u{2421}")
      case _ where scalar.value < 0x20:
        result.append(Unicode.Scalar(0x2400 + scalar.value) ?? "\u{FFFD}")
      default:
        let category = scalar.properties.generalCategory
        let isHidden = category == .control || category == .format
        result.append(isHidden ? "\u{FFFD}" : scalar)
      }
    }
    return String(result)
  }
}
