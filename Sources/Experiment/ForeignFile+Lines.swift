extension ForeignFile {
  /// What a file is that should hold an object a line, by its beginning.
  ///
  /// - Parameters:
  ///   - bytes: The file's content.
  ///   - file: Its name, for the conversion.
  package init?(notLines bytes: [UInt8], file: String) {
    if let found = ForeignFile(notText: bytes, file: file) {
      self = found
      return
    }
    let names = Names(file)
    let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    guard let first = bytes[start...].firstIndex(where: { $0 > 0x20 }) else { return nil }
    guard bytes[first] == UInt8(ascii: "["),
      bytes[(first + 1)...].first(where: { $0 > 0x20 }) == UInt8(ascii: "{")
    else { return nil }
    self.init("a JSON array of all rows, not one object a line", hint: names.jq(".[]"))
  }

  /// What a line is that is not what a row should be.
  ///
  /// - Parameters:
  ///   - line: The line, a part of the file's bytes.
  ///   - bytes: The file's content.
  ///   - file: Its name, for the conversion.
  package init?(line: ArraySlice<UInt8>, in bytes: [UInt8], file: String) {
    let names = Names(file)
    guard
      let found = Self.misencoded(line, names) ?? Self.syntax(line, in: bytes, names)
        ?? Self.row(line, names)
    else {
      return nil
    }
    self = found
  }

  private static func syntax(
    _ line: ArraySlice<UInt8>,
    in bytes: [UInt8],
    _ names: Names
  ) -> ForeignFile? {
    guard let start = line.firstIndex(where: { $0 > 0x20 }) else { return nil }
    let rest = bytes[line.endIndex...]
    let isLast = rest.allSatisfy { $0 <= 0x20 }
    func column(_ place: Int) -> Int { columns(line[..<place]) + 1 }
    guard line[start] == UInt8(ascii: "{") else { return other(line, start, isLast: isLast, names) }
    switch JSONWalk.end(of: line[start...]) {
    case .complete(let end):
      guard let next = line[end...].firstIndex(where: { $0 > 0x20 }) else {
        return surrogate(line, names)
      }
      return behind(line, next, names)
    case .unfinished(let inText):
      if isLast {
        return ForeignFile(
          "the line breaks off within its object: the file was cut short",
          hint: "copy or download the whole file; without that line: sed '$d' \(names.input) > "
            + names.rows
        )
      }
      if inText {
        return ForeignFile(
          "the line ends within a text: a line break in a text is written \\n, not as it is",
          hint: "write rows with a JSON library, such as Python's json.dumps(row)"
        )
      }
      // Another object where a key is expected means that this one was never closed.
      guard case .complete = JSONWalk.end(of: bytes[start...]) else {
        return ForeignFile(
          "the object is not closed on its line",
          hint: "close it, or write rows with a JSON library, such as Python's json.dumps(row)"
        )
      }
      return ForeignFile(
        "an object spread over several lines; each row has to be on one line",
        hint: names.jq(".")
      )
    case .fault(let place, let fault):
      return Self.fault(fault, column(place), names)
    }
  }

  /// A line that does not begin with an object.
  private static func other(
    _ line: ArraySlice<UInt8>,
    _ start: Int,
    isLast: Bool,
    _ names: Names
  ) -> ForeignFile? {
    switch line[start] {
    case UInt8(ascii: "\""):
      if case .complete(let end) = JSONWalk.end(of: line[start...]),
        line[end...].allSatisfy({ $0 <= 0x20 })
      {
        return ForeignFile(
          "a text, not an object: a row that was made JSON twice",
          hint: names.jq("fromjson")
        )
      }
    case UInt8(ascii: "["):
      return ForeignFile(
        "a list, not an object",
        hint: "each line should be {\"prompt\": \"…\", \"completion\": \"…\"}"
      )
    case UInt8(ascii: "#"):
      return ForeignFile("a comment, which JSON Lines has not", hint: "leave the line out")
    case UInt8(ascii: "/") where line[start...].starts(with: "//".utf8):
      return ForeignFile("a comment, which JSON Lines has not", hint: "leave the line out")
    case UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: ","):
      return ForeignFile(
        "the rest of a list or of an object on an earlier line",
        hint: "each row has to be an object on one line"
      )
    default: break
    }
    if let table = table(line[start...], names) { return table }
    return ForeignFile(
      "text, not an object",
      hint: "each line should be {\"prompt\": \"…\", \"completion\": \"…\"}"
    )
  }

  /// A header of a table: short names, all in letters.
  private static func table(_ line: ArraySlice<UInt8>, _ names: Names) -> ForeignFile? {
    let kinds: [(String, UInt8, String)] = [
      ("tab-separated values", UInt8(ascii: "\t"), ", delimiter=\"\\t\""),
      ("comma-separated values", UInt8(ascii: ","), ""),
      ("values separated by semicolons", UInt8(ascii: ";"), ", delimiter=\";\""),
    ]
    for (kind, separator, option) in kinds {
      let cells = line.split(separator: separator, omittingEmptySubsequences: false).map { cell in
        // Names of columns have a word or two, sentences more.
        let words = String(decoding: cell, as: UTF8.self).split(whereSeparator: \.isWhitespace)
        return words.count > 3 ? "" : words.joined().filter { $0 != "\"" }
      }
      let isHeader =
        cells.count > 1
        && cells.allSatisfy { cell in
          !cell.isEmpty && cell.count <= 40
            && cell.allSatisfy { $0.isLetter || $0.isNumber || "_-.()".contains($0) }
        }
      guard isHeader else { continue }
      return ForeignFile(
        "\(kind), not JSON Lines",
        hint: "python3 -c 'import csv, json; [print(json.dumps(row)) for row in csv.DictReader("
          + "open(\"\(names.bare)\", newline=\"\", encoding=\"utf-8-sig\")\(option))]' > \(names.rows)"
      )
    }
    return nil
  }

  /// What stands behind a whole object.
  private static func behind(
    _ line: ArraySlice<UInt8>,
    _ next: Int,
    _ names: Names
  ) -> ForeignFile {
    let column = columns(line[..<next]) + 1
    switch line[next] {
    case UInt8(ascii: ",") where line[(next + 1)...].allSatisfy({ $0 <= 0x20 }):
      return ForeignFile(
        "a comma behind the object; rows are separated by line breaks only",
        hint: "sed 's/,[[:space:]]*$//' \(names.input) > \(names.rows)"
      )
    case UInt8(ascii: "{"):
      return ForeignFile("several objects on one line", hint: names.jq("."))
    case UInt8(ascii: ","):
      return ForeignFile(
        "several values on one line, separated by commas",
        hint: "each row has to be an object on one line"
      )
    default:
      return ForeignFile(
        "text behind the object, at column \(column)",
        hint: "each line holds one object and nothing else"
      )
    }
  }

  private static func fault(
    _ fault: JSONWalk.Fault,
    _ column: Int,
    _ names: Names
  ) -> ForeignFile? {
    let python =
      "python3 -c 'import ast, json, sys; [print(json.dumps(ast.literal_eval(line))) for line in "
      + "sys.stdin if line.strip()]' < \(names.input) > \(names.rows)"
    let library = "write rows with a JSON library, such as Python's json.dumps(row)"
    switch fault {
    case .singleQuote:
      return ForeignFile("a Python dictionary in single quotes, not JSON", hint: python)
    case .curlyQuote:
      return ForeignFile(
        "a typographic quotation mark at column \(column); JSON has only \"",
        hint: "replace “ and ” around keys and texts, as an editor or a chat window made them"
      )
    case .word(let word) where ["True", "False", "None"].contains(word):
      return ForeignFile("\(word) at column \(column) is Python's, not JSON's", hint: library)
    case .word(let word) where ["NaN", "Infinity", "-Infinity", "nan"].contains(word):
      return ForeignFile(
        "\(word) at column \(column) is no JSON number",
        hint:
          "write null: sed 's/: *-*\\(NaN\\|Infinity\\)/: null/g' \(names.input) > \(names.rows)"
      )
    case .word(let word):
      return ForeignFile(
        "'\(word.prefix(40))' at column \(column) has no quotes",
        hint: "keys and texts need double quotes; " + library
      )
    case .comma:
      return ForeignFile(
        "a comma at column \(column) before a closing bracket",
        hint: "take it out; " + library
      )
    case .control(0): return nil
    case .control(let byte):
      let name = byte == 0x09 ? "a tab" : "a control character (\(byte))"
      let spelling =
        byte == 0x09 ? "\\t" : "\\u00" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      return ForeignFile(
        "\(name) within a text, at column \(column); JSON writes it \(spelling)",
        hint: library
      )
    case .escape:
      return ForeignFile(
        "an escape at column \(column) that JSON has not; a backslash itself is written \\\\",
        hint: library
      )
    case .other(let expected):
      return ForeignFile("not valid JSON: expected \(expected) at column \(column)", hint: library)
    }
  }

  /// An escape `\ud800` to `\udfff` without its other half.
  private static func surrogate(_ line: ArraySlice<UInt8>, _ names: Names) -> ForeignFile? {
    var place = line.startIndex
    var open: Int?
    func escape(_ at: Int) -> UInt16? {
      let text = line[at...].prefix(6)
      guard text.count == 6, text.dropFirst().first == UInt8(ascii: "u") else { return nil }
      return UInt16(String(decoding: text.dropFirst(2), as: UTF8.self), radix: 16)
    }
    while place < line.endIndex {
      guard line[place] == UInt8(ascii: "\\") else {
        if let open { return half(line, open, names) }
        place += 1
        continue
      }
      let unit = escape(place)
      let isSecond = unit.map { (0xDC00...0xDFFF).contains($0) } ?? false
      if let half = open {
        guard isSecond else { return Self.half(line, half, names) }
        open = nil
      } else if isSecond {
        return half(line, place, names)
      } else if let unit, (0xD800...0xDBFF).contains(unit) {
        open = place
      }
      place += unit == nil ? 2 : 6
    }
    return nil
  }

  private static func half(
    _ line: ArraySlice<UInt8>,
    _ place: Int,
    _ names: Names
  ) -> ForeignFile {
    let escape = String(decoding: line[place...].prefix(6), as: UTF8.self)
    return ForeignFile(
      "\(escape) at column \(columns(line[..<place]) + 1) is half of a character: a surrogate "
        + "without its other half, as text that was cut within an emoji has it",
      hint:
        "mend the text; with ? in its place: PYTHONIOENCODING=utf-8:replace python3 -c 'import json; "
        + "[print(json.dumps(json.loads(row), ensure_ascii=False)) for row in "
        + "open(\"\(names.bare)\", encoding=\"utf-8-sig\") if row.strip()]' > \(names.rows)"
    )
  }
}
