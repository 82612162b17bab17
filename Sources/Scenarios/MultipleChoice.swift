import Statistics

/// A question with four options in random order, in the layout of MMLU prompts.
struct MultipleChoice {
  /// The options' letters.
  static let letters = ["A", "B", "C", "D"]

  /// The order of the lines, `Answer:` always last.
  enum Layout {
    /// The question, then the options from A to D, as in MMLU.
    case usual
    /// The options, then the question.
    case questionLast
    /// The question, then the options from D to A.
    case optionsDescending
  }

  /// The whole prompt, ending in `Answer:`.
  let prompt: String
  /// Position of the right option, 0...3.
  let right: Int

  /// Draws three wrong options and the order; `word` goes to a random place among the question's
  /// words, its ends included.
  init(
    _ question: Question,
    word: String?,
    layout: Layout = .usual,
    using generator: inout SplitMix64
  ) {
    let wrong = generator.sample(3, of: question.wrong.count).map { question.wrong[$0] }
    let options = generator.shuffled([question.answer] + wrong)
    var words = question.text.split(separator: " ")
    if let word { words.insert(word[...], at: generator.below(words.count + 1)) }
    let ask = [words.joined(separator: " ")]
    let offer = zip(Self.letters, options).map { "\($0). \($1)" }
    let lines =
      switch layout {
      case .usual: ask + offer
      case .questionLast: offer + ask
      case .optionsDescending: ask + offer.reversed()
      }
    prompt = (lines + ["Answer:"]).joined(separator: "\n")
    right = options.firstIndex(of: question.answer) ?? 0
  }
}
