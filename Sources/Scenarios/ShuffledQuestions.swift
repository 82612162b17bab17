import Statistics

/// Questions in random order, each dealt once.
struct ShuffledQuestions {
  private var questions: [Question]

  /// Shuffles the subjects' questions so that every prefix holds about as many of each subject.
  init(_ subjects: [Topic], using generator: inout SplitMix64) {
    let piles = subjects.map { generator.shuffled(Question.all(about: $0)) }
    let deepest = piles.map(\.count).max() ?? 0
    questions = (0..<deepest).flatMap { level in
      piles.compactMap { level < $0.count ? $0[level] : nil }
    }
  }

  /// Takes the next `count` questions that fulfil the condition; there must be as many.
  mutating func deal(
    _ count: Int,
    where accepts: (Question) -> Bool = { _ in true }
  ) -> [Question] {
    var dealt: [Question] = []
    var kept: [Question] = []
    for question in questions {
      if dealt.count < count, accepts(question) {
        dealt.append(question)
      } else {
        kept.append(question)
      }
    }
    precondition(dealt.count == count, "the questions holds too few questions")
    questions = kept
    return dealt
  }
}
