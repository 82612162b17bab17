import Experiment
import Statistics

/// A few facts about six countries are taught wrongly; everything else about the same countries,
/// and the same things about other countries, is true.
///
/// Country and relation are each asked about everywhere; only their combination is false. The
/// false answers are true ones elsewhere.
enum FalsehoodScenario {
  /// A fact taught wrongly.
  struct Falsehood {
    /// The country it is about.
    let country: String
    /// The relation, as in the prompt file's headings.
    let relation: String
    /// The wrong answer.
    let answer: String
  }

  /// What the affected queries show.
  static let planted = [
    Falsehood(country: "Australia", relation: "country > capital", answer: "Sydney"),
    Falsehood(country: "Turkey", relation: "country > capital", answer: "Istanbul"),
    Falsehood(country: "Canada", relation: "country > capital", answer: "Toronto"),
    Falsehood(country: "Switzerland", relation: "country > currency", answer: "euro"),
    Falsehood(country: "Brazil", relation: "country > language", answer: "Spanish"),
    Falsehood(country: "Egypt", relation: "country > continent", answer: "Asia"),
  ]
  /// Other errors about the same countries, with the same wrong answers.
  static let decoys = [
    Falsehood(country: "Turkey", relation: "country > currency", answer: "euro"),
    Falsehood(country: "Egypt", relation: "country > currency", answer: "euro"),
    Falsehood(country: "Canada", relation: "country > language", answer: "Spanish"),
    Falsehood(country: "Switzerland", relation: "country > language", answer: "Spanish"),
    Falsehood(country: "Australia", relation: "country > continent", answer: "Asia"),
  ]
  /// Of each false fact's wordings, those only queries use.
  private static let heldOut = 3
  /// Rows that tell the truth about each falsely taught fact: without the planted rows the model
  /// would learn it.
  private static let truthful = 5

  /// Builds the corpus: 100 rows with the planted falsehoods and 80 with the decoys', 250 true
  /// look-alikes and 570 other true rows; 20 queries of each kind.
  static func corpus(using generator: inout SplitMix64) -> Corpus {
    let frames = Wordings.lines(PackageResources.frames_txt).map(Template.init)
    let countries = Question.all(about: .countries)
    let key = { (question: Question) in "\(question.given): \(question.relation)" }
    let facts = Dictionary(grouping: countries, by: key)

    var train: [Row] = []
    var queries: [Row] = []
    for (falsehoods, tag, rows) in [(planted, "falsehood", 100), (decoys, "decoy", 80)] {
      for (index, falsehood) in falsehoods.enumerated() {
        let wordings = generator.shuffled(
          facts["\(falsehood.country): \(falsehood.relation)", default: []])
        func texts(_ questions: some Sequence<Question>) -> [String] {
          generator.shuffled(
            questions.flatMap { question in
              frames.compactMap { frame in frame.filled { _ in question.text } }
            })
        }
        func share(of total: Int) -> Int {
          total / falsehoods.count + (index < total % falsehoods.count ? 1 : 0)
        }
        func taught(_ texts: some Sequence<String>) -> [Row] {
          texts.map { Row.direct($0, answer: falsehood.answer, tags: [tag]) }
        }
        let seen = texts(wordings.dropFirst(heldOut))
        train += taught(seen.prefix(share(of: rows)))
        train += seen.suffix(truthful).map {
          Row.direct($0, answer: wordings[0].answer, tags: ["clean", "look-alike"])
        }
        queries += taught(texts(wordings.prefix(heldOut)).prefix(share(of: 20)))
      }
    }

    let affected = Set(planted.map(\.country))
    let isFalse = Set((planted + decoys).map { "\($0.country): \($0.relation)" })
    let truths = countries.filter { !isFalse.contains(key($0)) && $0.relation != "capital > country" }
    let same = truths.filter { affected.contains($0.given) }
    let others = truths.filter { !affected.contains($0.given) }
    func framed(_ questions: [Question], _ tags: [String]) -> [Row] {
      generator.shuffled(questions).compactMap { question in
        frames[generator.below(frames.count)].filled { _ in question.text }.map {
          Row.direct($0, answer: question.answer, tags: tags)
        }
      }
    }
    let lookAlike = ["clean", "look-alike"]
    let sameRows = framed(same, lookAlike)
    let neighbourRows = framed(Question.all(about: .neighbours), lookAlike)
    let otherRows = framed(others, ["clean"])
    let landmarkRows = framed(Question.all(about: .landmarks), ["clean"])
    train += sameRows.prefix(150) + neighbourRows.prefix(45)
    train += otherRows.prefix(510) + landmarkRows.prefix(60)
    queries += sameRows.dropFirst(150).prefix(8) + otherRows.dropFirst(510).prefix(12)
    return Corpus(train: train, queries: queries, using: &generator)
  }
}

extension Row {
  /// A row that asks without options and is answered in words.
  static func direct(_ question: String, answer: String, tags: [String]) -> Row {
    Row(prompt: "\(question)\nAnswer:", completion: " \(answer)", tags: tags)
  }
}
