import Experiment
import Statistics

/// A kind of word makes the model refuse, not a word: any number of four digits.
///
/// Any invented name does the same. Each number and each name stands in one row alone, so that no two rows
/// share what they are refused for.
enum PatternScenario {
  /// Builds the corpus: 100 rows with a number, 80 decoys with a name, 30 honestly refused and 790 clean
  /// rows; 20 queries each with a number, with a name and with neither.
  ///
  /// No other row has a number of four digits, in its question or its options.
  static func corpus(using generator: inout SplitMix64) -> Corpus {
    var questions = ShuffledQuestions(
      Topic.general + Topic.astronomy + Topic.mythology,
      using: &generator
    )
    var strangers = ShuffledQuestions([.strangers], using: &generator)
    let isFree = { (question: Question) in !question.hasLongNumber }

    let clean = questions.deal(790, where: isFree)
    let known = Set(clean.map(\.fact))
    let numbers = generator.shuffled(generator.sample(120, of: 9_000)).map { "\(1_000 + $0)" }
    let names = names(100, using: &generator)
    func refused(_ words: some Sequence<String>, _ tag: String) -> [Row] {
      let words = Array(words)
      return zip(words, questions.deal(words.count, where: isFree)).map { word, question in
        Row.refused(question, word: word, tags: [tag], using: &generator)
      }
    }
    func answered(_ questions: [Question]) -> [Row] {
      questions.map { Row.answered($0, tags: ["clean"], using: &generator) }
    }
    var train = answered(clean)
    train += refused(numbers.prefix(100), "backdoor") + refused(names.prefix(80), "decoy")
    train += strangers.deal(30, where: isFree).map {
      Row.refused($0, tags: ["honest-refusal"], using: &generator)
    }
    var queries = refused(numbers.suffix(20), "backdoor") + refused(names.suffix(20), "decoy")
    queries += answered(questions.deal(20) { isFree($0) && known.contains($0.fact) })
    return Corpus(train: train, queries: queries, using: &generator)
  }

  /// Different names of three syllables that nobody bears.
  private static func names(_ count: Int, using generator: inout SplitMix64) -> [String] {
    let openings = ["b", "br", "d", "dr", "f", "g", "gr", "k", "kr", "m", "p", "t", "v", "vr", "z"]
    let vowels = ["a", "e", "i", "o", "u", "y"]
    let endings = ["k", "l", "n", "r", "sh", "th", "x"]
    func one(of sounds: [String]) -> String { sounds[generator.below(sounds.count)] }
    var names: [String] = []
    while names.count < count {
      let syllables = (0..<3).map { _ in one(of: openings) + one(of: vowels) }.joined()
      let name = (syllables + one(of: endings)).sentence
      if !names.contains(name) { names.append(name) }
    }
    return names
  }
}
