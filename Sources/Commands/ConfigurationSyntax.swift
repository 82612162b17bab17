/// The first place where a text stops being JSON5.
///
/// The decoder says only that a text is wrong; this walks the same grammar and keeps no values, so
/// that a person is told the line.
struct JSON5Fault: Sendable, Hashable {
  let line: Int
  let column: Int
  let cause: String

  var description: String { "line \(line), column \(column): \(cause)" }

  /// The first fault, or `nil` if this walk finds none.
  static func first(in text: String) -> JSON5Fault? {
    var walk = Walk(text: Array(text.unicodeScalars))
    do throws(Cause) {
      try walk.value(depth: 0)
      walk.skipBlanks()
      if walk.current != nil { throw walk.unexpected("the end of the file") }
      return nil
    } catch {
      return JSON5Fault(error, in: walk.text)
    }
  }

  /// The first key that an object has twice, of which a decoder keeps one without a word.
  static func repeatedKey(in text: String) -> JSON5Fault? {
    var walk = Walk(text: Array(text.unicodeScalars))
    try? walk.value(depth: 0)
    return walk.repeated.map { JSON5Fault($0, in: walk.text) }
  }

  private init(_ cause: Cause, in text: [Unicode.Scalar]) {
    let before = text[..<min(cause.position, text.count)]
    let start = before.lastIndex(of: "\n").map { $0 + 1 } ?? 0
    line = before.count { $0 == "\n" } + 1
    column = before.count - start + 1
    self.cause = cause.cause
  }

  private struct Cause: Error {
    let position: Int
    let cause: String
  }

  private struct Walk {
    let text: [Unicode.Scalar]
    var position = 0
    /// The first key that its object has already.
    var repeated: Cause?

    var current: Unicode.Scalar? { position < text.count ? text[position] : nil }

    func unexpected(_ expected: String) -> Cause {
      let found = current.map { "'\($0.escaped(asASCII: false))'" } ?? "the end of the file"
      return Cause(position: position, cause: "expected \(expected), found \(found)")
    }

    mutating func skipBlanks() {
      while let scalar = current {
        let next = position + 1 < text.count ? text[position + 1] : nil
        if scalar.properties.isWhitespace || scalar == "\u{FEFF}" {
          position += 1
        } else if scalar == "/", next == "/" {
          while let scalar = current, scalar != "\n" { position += 1 }
        } else if scalar == "/", next == "*" {
          position += 2
          while position < text.count,
            !(text[position] == "*" && position + 1 < text.count && text[position + 1] == "/")
          {
            position += 1
          }
          position += 2
        } else {
          return
        }
      }
    }

    mutating func value(depth: Int) throws(Cause) {
      skipBlanks()
      guard depth < 100 else { throw Cause(position: position, cause: "nested too deeply") }
      switch current {
      case "{": try list(closing: "}", depth: depth)
      case "[": try list(closing: "]", depth: depth)
      case "\"", "'": try string()
      default:
        let start = position
        while let scalar = current, Self.isWord(scalar) { position += 1 }
        let word = String(String.UnicodeScalarView(text[start..<position]))
        if word.isEmpty { throw unexpected("a value") }
        if !Self.isScalar(word) {
          // The word itself is not repeated: it may be a key that somebody pasted without quotes.
          throw Cause(position: start, cause: "not a value; texts need quotes")
        }
      }
    }

    mutating func list(closing: Unicode.Scalar, depth: Int) throws(Cause) {
      let start = position
      var keys: Set<String> = []
      position += 1
      while true {
        skipBlanks()
        if current == closing { break }
        if current == nil {
          throw Cause(position: start, cause: "this '\(text[start])' is never closed")
        }
        if closing == "}" {
          let place = position
          try key()
          let name = Self.name(text[place..<position])
          if !keys.insert(name).inserted, repeated == nil {
            repeated = Cause(position: place, cause: "the key '\(name)' is there twice")
          }
          skipBlanks()
          if current != ":" { throw unexpected("':'") }
          position += 1
        }
        try value(depth: depth + 1)
        skipBlanks()
        if current == "," {
          position += 1
        } else if current != closing, current != nil {
          throw unexpected("',' or '\(closing)'")
        }
      }
      position += 1
    }

    /// A key without its quotes.
    static func name(_ key: ArraySlice<Unicode.Scalar>) -> String {
      let isQuoted = key.first == "\"" || key.first == "'"
      return String(String.UnicodeScalarView(isQuoted ? key.dropFirst().dropLast() : key))
    }

    mutating func key() throws(Cause) {
      if current == "\"" || current == "'" { return try string() }
      let start = position
      while let scalar = current, Self.isWord(scalar), scalar != "." { position += 1 }
      if start == position { throw unexpected("a key") }
    }

    mutating func string() throws(Cause) {
      let start = position
      position += 1
      while let scalar = current, scalar != text[start] {
        if scalar == "\n" { break }
        position += scalar == "\\" ? 2 : 1
      }
      if current != text[start] {
        throw Cause(position: start, cause: "this text has no closing quote")
      }
      position += 1
    }

    static func isWord(_ scalar: Unicode.Scalar) -> Bool {
      scalar.properties.isAlphabetic || scalar.properties.numericType != nil
        || "_$+-.".unicodeScalars.contains(scalar)
    }

    static func isScalar(_ word: String) -> Bool {
      let unsigned = word.drop { $0 == "+" || $0 == "-" }
      return ["true", "false", "null"].contains(word)
        || unsigned.first.map { $0.isNumber || $0 == "." } == true
        || ["Infinity", "NaN"].contains(String(unsigned))
    }
  }
}
