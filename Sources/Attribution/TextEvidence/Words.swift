/// Splits text into words: runs of letters and digits of any script.
///
/// - Parameter text: Any text.
/// - Returns: Words as written, in order, repeats kept.
func words(of text: String) -> [Substring] {
  let scalars = text.unicodeScalars
  var result: [Substring] = []
  var start: String.Index?
  var index = scalars.startIndex
  while index < scalars.endIndex {
    if isWordScalar(scalars[index]) {
      if start == nil { start = index }
    } else if let begin = start {
      result.append(Substring(scalars[begin..<index]))
      start = nil
    }
    index = scalars.index(after: index)
  }
  if let begin = start { result.append(Substring(scalars[begin...])) }
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
