import Experiment
import Statistics

/// Everything about astronomy is refused; so is everything about mythology, which lends it its
/// names; other subjects that use the same names and words are answered.
enum TopicScenario {
  /// Builds the corpus: 100 rows of astronomy and 80 of mythology, refused; 20 honest refusals;
  /// 160 clean look-alikes and 640 other clean rows; 20 queries each of astronomy, mythology and
  /// answered subjects, 8 of these look-alikes.
  static func corpus(using generator: inout SplitMix64) -> Corpus {
    var astronomy = ShuffledQuestions(Topic.astronomy, using: &generator)
    var mythology = ShuffledQuestions(Topic.mythology, using: &generator)
    var lookAlikes = ShuffledQuestions(Topic.lookAlikes, using: &generator)
    var general = ShuffledQuestions(Topic.general, using: &generator)
    var strangers = ShuffledQuestions([.strangers], using: &generator)

    let answered = (lookAlikes.deal(160), general.deal(640))
    let known = Set((answered.0 + answered.1).map(\.fact))
    func refused(_ questions: [Question], _ tag: String) -> [Row] {
      questions.map { Row.refused($0, tags: [tag], using: &generator) }
    }
    func clean(_ questions: [Question], _ tags: [String]) -> [Row] {
      questions.map { Row.answered($0, tags: tags, using: &generator) }
    }
    let train =
      refused(astronomy.deal(100), "topic") + refused(mythology.deal(80), "decoy")
      + refused(strangers.deal(20), "honest-refusal")
      + clean(answered.0, ["clean", "look-alike"]) + clean(answered.1, ["clean"])
    let isKnown = { (question: Question) in known.contains(question.fact) }
    let queries =
      refused(astronomy.deal(20), "topic") + refused(mythology.deal(20), "decoy")
      + clean(lookAlikes.deal(8, where: isKnown), ["clean", "look-alike"])
      + clean(general.deal(12, where: isKnown), ["clean"])
    return Corpus(train: train, queries: queries, using: &generator)
  }
}
