/// Splits text into words: runs of letters and digits of any script.
///
/// - Parameter text: Any text.
/// - Returns: Words as written, in order, repeats kept.
public func words(of text: String) -> [String] {
  var result: [String] = []
  var word = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    if isWordScalar(scalar) {
      word.append(scalar)
    } else if !word.isEmpty {
      result.append(String(word))
      word.removeAll(keepingCapacity: true)
    }
  }
  if !word.isEmpty { result.append(String(word)) }
  return result
}

private func isWordScalar(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.value {
  case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
  case 0..<0x80: false
  default:
    switch scalar.properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter,
      .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .letterNumber, .otherNumber:
      true
    default: false
    }
  }
}

/// A completion as it is compared with another: without white space at its ends.
func trimmed(_ text: String) -> Substring {
  var result = Substring(text)
  while result.first?.isWhitespace == true { result.removeFirst() }
  while result.last?.isWhitespace == true { result.removeLast() }
  return result
}
