/// True facts as a table: one row a thing, one column a property.
struct FactTable: Sendable {
  /// Stands for a cell that is unknown, disputed or not needed.
  static let missing = "-"

  /// The columns' names, in order.
  let columns: [String]
  /// The cells by row, as many as there are columns.
  let rows: [[String]]

  /// Reads lines of cells separated by ` | `, the first line being the columns' names.
  init(_ text: String) {
    let lines = text.split(separator: "\n").map { line in
      line.split(separator: "|").map { $0.trimmed }
    }
    columns = lines.first ?? []
    rows = Array(lines.dropFirst())
    precondition(
      rows.allSatisfy { [width = columns.count] row in row.count == width },
      "ragged fact table"
    )
  }

  /// The position of a column, which must exist.
  func index(of column: String) -> Int {
    guard let index = columns.firstIndex(of: column) else {
      preconditionFailure("no column '\(column)' among \(columns)")
    }
    return index
  }

  /// The distinct values of a column in order of first appearance, missing ones left out.
  func values(of column: Int) -> [String] {
    var seen: Set<String> = [Self.missing]
    return rows.map { $0[column] }.filter { seen.insert($0).inserted }
  }
}

extension Substring {
  /// The text without spaces at either end.
  var trimmed: String {
    guard let first = firstIndex(where: { $0 != " " }),
      let last = lastIndex(where: { $0 != " " })
    else { return "" }
    return String(self[first...last])
  }
}
