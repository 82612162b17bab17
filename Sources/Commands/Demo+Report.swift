import Experiment
import Reports
import Scenarios

extension Demo {
  /// What was planted, in two lines.
  var introduction: Page {
    func count(_ examples: [Example], _ tag: String) -> Int {
      examples.count { $0.tags.contains(tag) }
    }
    let rows = corpus.train.count
    return Page([
      .lines([
        [Page.Span("Planted: ", .strong), Page.Span(scenario.summary + ".")],
        [
          Page.Span(
            "\(rows) training rows: \(count(corpus.train, scenario.plantedTag)) tagged "
              + "\(scenario.plantedTag), \(count(corpus.train, scenario.decoyTag)) tagged "
              + "\(scenario.decoyTag); \(corpus.queries.count) queries. No method sees the tags.",
            .faint
          )
        ],
      ])
    ])
  }

  /// How often θ0 does what was planted, in one line a group.
  ///
  /// - Parameter behaviour: The groups.
  /// - Returns: The page.
  func page(_ behaviour: [Behaviour]) -> Page {
    Page([
      .heading([Page.Span("What the model does", .strong)]),
      .lines(
        behaviour.map { group in
          [
            Page.Span("  \(group.given) of \(group.queries)", .strong),
            Page.Span(" \(group.tag) queries get "),
            Page.Span(group.isPlanted ? "the answer that was planted" : "the right answer"),
          ]
        }
      ),
    ])
  }

  /// The paper's protocol, under a heading of its own.
  ///
  /// - Parameter evaluation: Its figures.
  /// - Returns: The page.
  func paperPage(_ evaluation: Evaluation) -> Page {
    let table = Page(evaluation).parts.filter { if case .table = $0 { true } else { false } }
    return Page(
      [
        .heading([
          Page.Span("The paper's protocol", .strong),
          Page.Span(
            " (plain correlation, \(evaluation.queries) single queries, one short pass from θ0)",
            .faint
          ),
        ])
      ] + table
    )
  }
}
