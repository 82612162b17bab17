import Experiment
import Testing

@testable import Scenarios

@Suite struct `facts and wordings` {
  @Test(arguments: Topic.allCases)
  func `give questions with at least three wrong answers`(subject: Topic) {
    let questions = Question.all(about: subject)
    #expect(questions.count >= 40)
    #expect(Set(questions.map(\.text)).count == questions.count)
    guard subject != .neighbours else { return }
    for question in questions {
      #expect(question.wrong.count >= 3 && !question.wrong.contains(question.answer))
    }
  }

  @Test(arguments: Topic.allCases)
  func `fill every wording from the table`(subject: Topic) {
    let wordings = Wordings(subject.wordings)
    let questions = Question.all(about: subject)
    for relation in wordings.relations {
      let used = questions.filter { $0.relation == "\(relation.given) > \(relation.asked)" }
      #expect(Set(used.map(\.wording)) == Set(relation.templates.indices))
    }
  }

  @Test func `ask nothing under two subjects`() {
    let texts = Topic.allCases.flatMap(Question.all(about:)).map(\.text)
    #expect(Set(texts).count == texts.count)
  }

  @Test func `never read what is put into a placeholder`() {
    let template = Template("is {a} or {b}")
    let values = ["a": "{b}", "b": "{a} {"]
    #expect(template.filled { values[$0] } == "is {b} or {a} {")
    #expect(template.filled { $0 == "a" ? "one" : nil } == nil)
    #expect(Template("open { brace").filled { _ in nil } == "open { brace")
    #expect(Template("").filled { _ in nil } == "")
  }

  @Test func `leave out what is missing from a table`() {
    let table = FactTable("a | b\nx | 1\ny | -\nz | 1")
    #expect(table.columns == ["a", "b"])
    #expect(table.rows.count == 3)
    #expect(table.values(of: 1) == ["1"])
    #expect(!Question.all(about: .countries).contains { $0.answer == "-" || $0.given == "-" })
  }

  @Test func `agree with a few facts known by heart`() {
    let answers = Dictionary(
      Question.all(about: .countries).map { ($0.fact, $0.answer) },
      uniquingKeysWith: { first, _ in first }
    )
    #expect(answers["countries: Australia: country > capital"] == "Canberra")
    #expect(answers["countries: Paris: capital > country"] == "France")
    let product = Question.all(about: .arithmetic).first {
      $0.text == "What is the product of 7 and 8?"
    }
    #expect(product?.answer == "56")
  }
}
