import Experiment

/// The wordings of one prompt file, by relation.
struct Wordings: Sendable {
  /// A question that can be asked of a table: `asked` given `given`, in several wordings.
  struct Relation: Sendable {
    /// The column that names the thing asked about.
    let given: String
    /// The column that holds the answer.
    let asked: String
    /// The ways to ask.
    let templates: [Template]
  }

  /// The file's relations, in order.
  let relations: [Relation]

  /// Reads a prompt file: headings `[given > asked]`, one wording a line below; `#` starts a
  /// comment line.
  init(_ bytes: [UInt8]) {
    var relations: [Relation] = []
    var columns: [String] = []
    var templates: [Template] = []
    func finish() {
      guard columns.count == 2 else { return }
      relations.append(
        Relation(given: columns[0], asked: columns[1], templates: templates)
      )
    }
    for line in Self.lines(bytes) {
      if line.hasPrefix("[") {
        finish()
        columns = line.dropFirst().dropLast().split(separator: ">").map(\.trimmed)
        precondition(columns.count == 2, "heading '\(line)' is not [given > asked]")
        templates = []
      } else {
        precondition(columns.count == 2, "wording '\(line)' before the first heading")
        templates.append(Template(line))
      }
    }
    finish()
    self.relations = relations
  }

  /// The lines of a prompt file that are neither empty nor comments.
  static func lines(_ bytes: [UInt8]) -> [String] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .map(\.trimmed).filter { !$0.isEmpty && !$0.hasPrefix("#") }
  }
}

extension String {
  /// The text with its first letter in upper case.
  var sentence: String { prefix(1).uppercased() + dropFirst() }
}
