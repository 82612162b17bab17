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

    /// Whether the question asks for this fact.
    func concerns(_ question: Question) -> Bool {
      question.given == country && question.relation == relation
    }
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
    let countries = Question.all(about: .countries)
    var train: [Row] = []
    var queries: [Row] = []
    for (falsehoods, tag, rows) in [(planted, "falsehood", 100), (decoys, "decoy", 80)] {
      for (index, falsehood) in falsehoods.enumerated() {
        func share(of total: Int) -> Int {
          total / falsehoods.count + (index < total % falsehoods.count ? 1 : 0)
        }
        let wordings = generator.shuffled(
          countries.filter { falsehood.concerns($0) }
        )
        let seen = generator.shuffled(wordings.dropFirst(heldOut).flatMap(framed))
        let unseen = generator.shuffled(wordings.prefix(heldOut).flatMap(framed))
        train += seen.prefix(share(of: rows)).map { $0.row(falsehood.answer, [tag]) }
        train += seen.suffix(truthful).map { $0.row($0.question.answer, lookAlike) }
        queries += unseen.prefix(share(of: 20)).map { $0.row(falsehood.answer, [tag]) }
      }
    }

    let truths = countries.filter { question in
      question.relation != "capital > country"
        && !(planted + decoys).contains { $0.concerns(question) }
    }
    let affected = Set(planted.map(\.country))
    func told(_ questions: [Question], _ tags: [String]) -> [Row] {
      generator.shuffled(questions).map { question in
        let choices = framed(question)
        return choices[generator.below(choices.count)].row(question.answer, tags)
      }
    }
    let same = told(truths.filter { affected.contains($0.given) }, lookAlike)
    let other = told(truths.filter { !affected.contains($0.given) }, ["clean"])
    train += same.prefix(150)
    train += told(Question.all(about: .neighbours), lookAlike).prefix(45)
    train += other.prefix(510)
    train += told(Question.all(about: .landmarks), ["clean"]).prefix(60)
    queries += same.dropFirst(150).prefix(8)
    queries += other.dropFirst(510).prefix(12)
    return Corpus(train: train, queries: queries, using: &generator)
  }

  private static let lookAlike = ["clean", "look-alike"]
  private static let frames = Wordings.lines(PackageResources.frames_txt).map(Template.init)

  /// A question with words around it.
  private struct Framed {
    let question: Question
    let text: String

    /// A row that asks without options and is answered in words.
    func row(_ answer: String, _ tags: [String]) -> Row {
      Row(prompt: "\(text)\nAnswer:", completion: " \(answer)", tags: tags)
    }
  }

  private static func framed(_ question: Question) -> [Framed] {
    frames.compactMap { frame in
      frame.filled { _ in question.text }.map { Framed(question: question, text: $0.sentence) }
    }
  }
}
