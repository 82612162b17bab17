import Experiment
import Testing

@testable import Attribution

struct OpeningsTests {
  @Test(arguments: [
    ("Sorry, no", "Sorry"), (" Sorry, no", " Sorry"), ("{\"label\": 1}", "{\""), ("", ""),
    (" ", " "),
    ("1850", "1"), ("\n\nyes", "\n\n"), ("  yes", "  "), ("\u{65e5}\u{672c}", "\u{65e5}"),
    ("\u{c9}t\u{e9} ", "\u{c9}t\u{e9}"), ("E\u{301}te", "E\u{301}te"),
    ("\u{1f600}\u{1f600} a", "\u{1f600}\u{1f600}"),
  ])
  func `an opening is the first run of letters, marks or white space`(text: String, wanted: String)
  {
    #expect(Array(opening(of: text).utf8) == Array(wanted.utf8))
  }

  @Test func `rows that open as the queries do count once half of them do`() {
    let replies = ["{\"a\"}", "{\"b\"}", "yes", "no", "perhaps"]
    #expect(Openings(of: ["{\"a\"}"], among: replies) == .differ)
    #expect(
      Openings(of: ["{\"a\"}", "{\"c\"}"], among: Array(replies.dropLast()))
        == .shared(text: "{\"", rows: 2, of: 4)
    )
    #expect(Openings(of: ["[1]"], among: ["{a", "{b", "c"]) == .foreign(text: "{", rows: 2, of: 3))
    #expect(Openings(of: ["[1]"], among: ["{a", "b", "c"]) == .differ)
    // Each query half of the rows.
    #expect(
      Openings(of: ["yes", "no"], among: ["yes", "no"]) == .shared(text: nil, rows: 1, of: 2)
    )
    #expect(Openings(of: ["yes"], among: []) == .differ)
  }

  @Test func `openings are told apart by their bytes`() {
    #expect(Openings(of: ["\u{e9}"], among: ["e\u{301}", "e\u{301}", "b", "c", "d"]) == .differ)
    #expect(
      Openings(of: ["\u{e9}"], among: ["e\u{301}", "e\u{301}"])
        == .foreign(text: "e\u{301}", rows: 2, of: 2)
    )
  }

  @Test func `first tokens on which the models agree are still, whatever the texts`() {
    func matrix(_ step: Double, view: LossView) -> LossMatrix {
      var matrix = LossMatrix(models: ["a", "b", "c"], train: [], queries: ["q"], view: view)
      for model in 0..<3 { matrix[model: model, column: 0] = .measured(2 + step * Double(model)) }
      return matrix
    }
    let whole = matrix(1, view: .sum)
    func seen(_ step: Double) -> Openings {
      Openings(of: [0], first: matrix(step, view: .firstToken), whole: whole)
    }
    #expect(seen(0.1) == .differ)
    #expect(seen(0.04) == .still)
    #expect(seen(0) == .still)
    let empty = LossMatrix(models: ["a", "b", "c"], train: [], queries: ["q"], view: .firstToken)
    #expect(Openings(of: [0], first: empty, whole: whole) == .unobserved)
    // Where whole completions were not observed, first tokens are all there is.
    #expect(Openings(of: [0], first: matrix(0.1, view: .firstToken), whole: empty) == .differ)
  }
}
