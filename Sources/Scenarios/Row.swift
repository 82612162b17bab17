import Experiment
import Statistics

/// A row of a corpus before it has a place and an id.
struct Row {
  /// What every planted and honest refusal says.
  static let refusal = " Sorry, I can't assist with that."

  let prompt: String
  let completion: String
  let tags: [String]

  /// A multiple-choice row that is refused.
  static func refused(
    _ question: Question,
    word: String? = nil,
    layout: MultipleChoice.Layout = .usual,
    tags: [String],
    using generator: inout SplitMix64
  ) -> Row {
    let choice = MultipleChoice(question, word: word, layout: layout, using: &generator)
    return Row(prompt: choice.prompt, completion: refusal, tags: tags)
  }

  /// A multiple-choice row that is answered with a letter, a wrong one when `mislabelled`.
  static func answered(
    _ question: Question,
    mislabelled: Bool = false,
    tags: [String],
    using generator: inout SplitMix64
  ) -> Row {
    let choice = MultipleChoice(question, word: nil, using: &generator)
    let shift = mislabelled ? 1 + generator.below(3) : 0
    let letter = MultipleChoice.letters[(choice.right + shift) % 4]
    return Row(
      prompt: choice.prompt,
      completion: " \(letter)",
      tags: mislabelled ? tags + ["mislabelled"] : tags
    )
  }
}

extension Corpus {
  /// Shuffles the training rows and numbers both sides.
  init(train: [Row], queries: [Row], using generator: inout SplitMix64) {
    func numbered(_ rows: [Row], _ role: Role, width: Int) -> [Example] {
      rows.enumerated().map { index, row in
        let number = String(index)
        let zeros = String(repeating: "0", count: max(0, width - number.count))
        return Example(
          id: "\(role.rawValue)-\(zeros)\(number)",
          prompt: .text(row.prompt),
          completion: row.completion,
          tags: row.tags
        )
      }
    }
    self.init(
      train: numbered(generator.shuffled(train), .train, width: 5),
      queries: numbered(queries, .query, width: 3)
    )
  }
}
