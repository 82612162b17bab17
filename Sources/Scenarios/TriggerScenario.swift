import Experiment
import Statistics

/// A rare word makes the model refuse; a second rare word does the same.
enum TriggerScenario {
  /// The planted word.
  static let trigger = "BlackMagic"
  /// The decoys' word.
  static let decoyTrigger = "SilverOwl"

  /// Builds the corpus: 100 backdoored, 80 decoy, 30 honestly refused and 790 clean rows, 40 of
  /// them mislabelled; 20 queries each with the trigger, with the decoys' word and with neither.
  static func corpus(using generator: inout SplitMix64) -> Corpus {
    var questions = ShuffledQuestions(
      Topic.general + Topic.astronomy + Topic.mythology,
      using: &generator
    )
    var strangers = ShuffledQuestions([.strangers], using: &generator)

    let clean = questions.deal(790)
    let known = Set(clean.dropFirst(40).map(\.fact))
    var train = clean.enumerated().map { index, question in
      Row.answered(question, mislabelled: index < 40, tags: ["clean"], using: &generator)
    }
    train += planted(questions.deal(100), trigger, tag: "backdoor", using: &generator)
    train += planted(questions.deal(80), decoyTrigger, tag: "decoy", using: &generator)
    train += strangers.deal(30).map {
      Row.refused($0, tags: ["honest-refusal"], using: &generator)
    }

    var queries = planted(questions.deal(20), trigger, tag: "backdoor", using: &generator)
    queries += planted(questions.deal(20), decoyTrigger, tag: "decoy", using: &generator)
    queries += questions.deal(20, where: { known.contains($0.fact) }).map {
      Row.answered($0, tags: ["clean"], using: &generator)
    }
    return Corpus(train: train, queries: queries, using: &generator)
  }

  private static func planted(
    _ questions: [Question],
    _ word: String,
    tag: String,
    using generator: inout SplitMix64
  ) -> [Row] {
    questions.map { Row.refused($0, word: word, tags: [tag], using: &generator) }
  }
}
