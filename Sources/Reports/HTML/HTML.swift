import Experiment
import Terminal

/// HTML as it grows; text from outside enters through `text` alone.
struct HTML {
  private(set) var bytes: [UInt8] = []

  /// Markup of our own.
  mutating func raw(_ markup: String) { bytes.append(contentsOf: markup.utf8) }

  /// Text, harmless wherever it comes from: nothing in it is markup, and nothing hides or reorders.
  mutating func text(_ text: String) { raw(Self.escaped(text.neutralised)) }

  /// The value of an attribute, quotes included.
  mutating func attribute(_ text: String) { raw("\"\(Self.escaped(text.neutralised))\"") }

  /// Text of many lines, each harmless.
  mutating func lines(_ text: String) {
    // Foundation's line breaks, `\r\n` among them, are one each.
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for (place, line) in lines.enumerated() {
      if place > 0 { raw("\n") }
      self.text(String(line))
    }
  }

  /// JSON inside of a page: a browser looks for the end tag even in texts, and a reader for what is hidden.
  mutating func data(_ value: JSONValue) {
    var text = ""
    for scalar in String(decoding: value.bytes, as: UTF8.self).unicodeScalars {
      if scalar == "<" || scalar.properties.generalCategory == .format {
        for unit in String(scalar).utf16 {
          let digits = String(unit, radix: 16)
          text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        }
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    raw(text)
  }

  private static func escaped(_ text: String) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
