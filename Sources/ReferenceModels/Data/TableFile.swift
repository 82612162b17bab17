import Experiment
package import Kernels

/// A file of rows: features and a class each, as they were written.
package struct LabelledTable: Sendable, Hashable {
  /// The file, as the caller named it.
  package let file: String
  /// Names of the feature columns, or their numbers from 1.
  package let columns: [String]
  /// One row an example.
  package let features: DoubleMatrix
  /// The class of each row.
  package let labels: [String]
  /// Line of each row, from 1.
  package let lines: [Int]

  /// Chosen rows, in the order given.
  package func rows(_ indices: [Int]) -> LabelledTable {
    LabelledTable(
      file: file,
      columns: columns,
      features: features.rows(indices),
      labels: indices.map { labels[$0] },
      lines: indices.map { lines[$0] }
    )
  }
}

/// Files of comma-separated values: a row an example, one column its class, all others features.
///
/// The first row names the columns if none of its cells is a number, one is `label`, or its class is
/// no number and all others are. Cells have no quotes; blank lines are skipped but counted.
package enum TableFile {
  /// Reads all rows of a file.
  ///
  /// - Parameters:
  ///   - bytes: The file's content, UTF-8, with or without a byte order mark.
  ///   - label: Name of the column with the class; `nil` for the one named `label`, else the last.
  ///   - file: What to call the file in errors.
  /// - Returns: At least one row.
  /// - Throws: The first fault, with its line and column.
  package static func parse(
    _ bytes: [UInt8],
    label: String? = nil,
    file: String
  ) throws(TableFileError) -> LabelledTable {
    if let foreign = ForeignFile(notText: bytes, file: file) {
      throw TableFileError(.encoding, file: file, foreign.reason, hint: foreign.hint)
    }
    let rows = try cells(of: bytes, file: file)
    guard let first = rows.first else {
      throw TableFileError(
        .empty,
        file: file,
        "no rows in it",
        hint: "each line is a row: features and a class, separated by commas"
      )
    }
    for row in rows where row.cells.count != first.cells.count {
      throw TableFileError(
        .shape,
        file: file,
        line: row.line,
        "\(row.cells.count) cells, but line \(first.line) has \(first.cells.count)",
        hint: "every row needs the same number of cells, separated by commas"
      )
    }
    guard first.cells.count > 1 else {
      throw TableFileError(
        .shape,
        file: file,
        line: first.line,
        "one cell only",
        hint: "a row is one or more features and a class, separated by commas"
      )
    }
    let names = isHeader(first, rows: rows, label: label) ? first.cells : nil
    let place = try labelColumn(names, label: label, count: first.cells.count, file: file)
    return try table(
      names == nil ? rows[...] : rows.dropFirst(),
      names: names,
      label: place,
      file: file
    )
  }

  /// One line's cells without the white space around them.
  private struct Row {
    let line: Int
    let cells: [String]
  }

  private static func cells(
    of bytes: [UInt8],
    file: String
  ) throws(TableFileError) -> [Row] {
    var result: [Row] = []
    var rest = bytes[...]
    if rest.starts(with: [0xEF, 0xBB, 0xBF]) { rest = rest.dropFirst(3) }
    var number = 0
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let line = rest[..<end]
      rest = end < rest.endIndex ? rest[(end + 1)...] : []
      number += 1
      if line.allSatisfy(isSpace) { continue }
      guard !line.contains(UInt8(ascii: "\"")) else {
        throw TableFileError(
          .quote,
          file: file,
          line: number,
          "a quotation mark",
          hint: "write cells without quotes, and without commas inside"
        )
      }
      var cells: [String] = []
      for cell in line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
        guard let text = String(validating: trimmed(cell), as: UTF8.self), !cell.contains(0) else {
          throw TableFileError(
            .encoding,
            file: file,
            line: number,
            column: "\(cells.count + 1)",
            "not valid UTF-8 text",
            hint: "save the table as UTF-8"
          )
        }
        cells.append(text)
      }
      result.append(Row(line: number, cells: cells))
    }
    return result
  }

  private static func isSpace(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0D
  }

  private static func trimmed(_ cell: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var cell = cell.drop(while: isSpace)
    while let last = cell.last, isSpace(last) { cell.removeLast() }
    return cell
  }

  private static func isHeader(_ first: Row, rows: [Row], label: String?) -> Bool {
    if label != nil || first.cells.contains("label") { return true }
    if first.cells.allSatisfy({ Double($0) == nil && !$0.isEmpty }) { return true }
    func isNumber(_ row: Row) -> Bool { row.cells.last.flatMap(Double.init) != nil }
    return first.cells.dropLast().allSatisfy { Double($0) != nil } && !isNumber(first)
      && rows.count > 1 && rows.dropFirst().allSatisfy(isNumber)
  }

  private static func labelColumn(
    _ names: [String]?,
    label: String?,
    count: Int,
    file: String
  ) throws(TableFileError) -> Int {
    guard let names else { return count - 1 }
    let places = names.indices.filter { names[$0].isSame(as: label ?? "label") }
    if places.count == 1 { return places[0] }
    if places.isEmpty, label == nil { return count - 1 }
    throw TableFileError(
      .label,
      file: file,
      line: 1,
      "\(places.isEmpty ? "no column is" : "\(places.count) columns are") named "
        + "'\(label ?? "label")'",
      hint: "the columns are named \(names.prefix(8).joined(separator: ", "))"
        + (names.count > 8 ? ", …" : "")
    )
  }

  private static func table(
    _ rows: ArraySlice<Row>,
    names: [String]?,
    label: Int,
    file: String
  ) throws(TableFileError) -> LabelledTable {
    guard let width = rows.first?.cells.count else {
      throw TableFileError(
        .empty,
        file: file,
        "no rows below the names of its columns",
        hint: "add rows"
      )
    }
    let places = (0..<width).filter { $0 != label }
    func name(_ place: Int) -> String { names.map { "'\($0[place])'" } ?? "\(place + 1)" }
    var values: [Double] = []
    values.reserveCapacity(rows.count * places.count)
    for row in rows {
      for place in places {
        let cell = row.cells[place]
        guard let value = Double(cell), value.isFinite else {
          throw TableFileError(
            .number,
            file: file,
            line: row.line,
            column: name(place),
            cell.isEmpty
              ? "an empty cell"
              : "'\(cell)' is not a \(Double(cell) == nil ? "" : "finite ")number",
            hint: "every feature of every row must be a finite number"
          )
        }
        values.append(value)
      }
      if row.cells[label].isEmpty {
        throw TableFileError(
          .label,
          file: file,
          line: row.line,
          column: name(label),
          "the class is missing",
          hint: "every row needs a class"
        )
      }
    }
    return LabelledTable(
      file: file,
      columns: places.map { names?[$0] ?? "\($0 + 1)" },
      features: DoubleMatrix(rows: rows.count, columns: places.count, values: values),
      labels: rows.map { $0.cells[label] },
      lines: rows.map(\.line)
    )
  }
}
