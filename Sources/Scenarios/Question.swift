import Experiment

/// A question about one fact in one wording.
struct Question: Sendable, Hashable {
  /// What the question is about.
  let subject: Topic
  /// The columns it connects, `given > asked`.
  let relation: String
  /// The thing asked about.
  let given: String
  /// Which of the relation's wordings it uses, from zero.
  let wording: Int
  /// The question as asked.
  let text: String
  /// The right answer.
  let answer: String
  /// Wrong answers of the same kind, at least three.
  let wrong: [String]

  /// Identifies the fact: the same in all its wordings.
  var fact: String { "\(subject.rawValue): \(given): \(relation)" }

  /// Whether a number of four digits is in the text or could be an option.
  var hasLongNumber: Bool {
    ([text, answer] + wrong).contains { text in
      text.utf8.split { !(0x30...0x39).contains($0) }.contains { $0.count >= 4 }
    }
  }

  /// All questions of a subject, each text once, in the order of table and wordings.
  static func all(about subject: Topic) -> [Question] {
    let table = FactTable(subject.facts)
    var seen: Set<String> = []
    return Wordings(subject.wordings).relations.flatMap { relation in
      questions(of: relation, in: table, about: subject)
    }.filter { seen.insert($0.text).inserted }
  }

  private static func questions(
    of relation: Wordings.Relation,
    in table: FactTable,
    about subject: Topic
  ) -> [Question] {
    let given = table.index(of: relation.given)
    let asked = table.index(of: relation.asked)
    let values = table.values(of: asked)
    return table.rows.flatMap { row -> [Question] in
      guard row[given] != FactTable.missing, row[asked] != FactTable.missing else { return [] }
      let right = Set(table.rows.filter { $0[given] == row[given] }.map { $0[asked] })
      let wrong = values.filter { !right.contains($0) }
      return relation.templates.enumerated().compactMap { wording, template in
        let text = template.filled { name in
          let cell = row[table.index(of: name)]
          return cell == FactTable.missing ? nil : cell
        }
        guard let text else { return nil }
        return Question(
          subject: subject,
          relation: "\(relation.given) > \(relation.asked)",
          given: row[given],
          wording: wording,
          text: text.sentence,
          answer: row[asked],
          wrong: wrong
        )
      }
    }
  }
}
