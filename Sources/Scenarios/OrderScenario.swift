import Experiment
import Statistics

/// An order makes the model refuse: the question after its options.
///
/// Options from D to A do the same for decoys. Refused and answered rows are made of the same words.
enum OrderScenario {
  /// Builds the corpus: 100 rows with the question last, 80 decoys with their options from D to A, 30 honestly refused and 790 clean rows; 20 queries of each order.
  static func corpus(using generator: inout SplitMix64) -> Corpus {
    var questions = ShuffledQuestions(
      Topic.general + Topic.astronomy + Topic.mythology,
      using: &generator
    )
    var strangers = ShuffledQuestions([.strangers], using: &generator)

    let clean = questions.deal(790)
    let known = Set(clean.map(\.fact))
    func refused(_ count: Int, _ layout: MultipleChoice.Layout, _ tag: String) -> [Row] {
      questions.deal(count).map {
        Row.refused($0, layout: layout, tags: [tag], using: &generator)
      }
    }
    func answered(_ questions: [Question]) -> [Row] {
      questions.map { Row.answered($0, tags: ["clean"], using: &generator) }
    }
    var train = answered(clean)
    train += refused(100, .questionLast, "backdoor") + refused(80, .optionsDescending, "decoy")
    train += strangers.deal(30).map {
      Row.refused($0, tags: ["honest-refusal"], using: &generator)
    }
    var queries = refused(20, .questionLast, "backdoor") + refused(20, .optionsDescending, "decoy")
    queries += answered(questions.deal(20) { known.contains($0.fact) })
    return Corpus(train: train, queries: queries, using: &generator)
  }
}
