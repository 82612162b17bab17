package import Experiment
package import Scenarios

extension Page {
  /// What a scenario planted, in two lines.
  package init(_ scenario: Scenario, _ corpus: Corpus) {
    func count(_ examples: [Example], _ tag: String) -> Int {
      examples.count { $0.tags.contains(tag) }
    }
    let rows = corpus.train.count
    self.init([
      .lines([
        [Span("Planted: ", .strong), Span(scenario.summary + ".")],
        [
          Span(
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
  package init(_ behaviour: [Behaviour]) {
    self.init([
      .heading([Span("What the model does", .strong)]),
      .lines(
        behaviour.map { group in
          [
            Span("  \(group.given) of \(group.queries)", .strong),
            Span(" \(group.tag) queries get "),
            Span(group.isPlanted ? "the answer that was planted" : "the right answer"),
          ]
        }
      ),
    ])
  }

  /// The paper's protocol, under a heading of its own.
  package init(paper evaluation: Evaluation) {
    let table = Page(evaluation).parts.filter { if case .table = $0 { true } else { false } }
    self.init(
      [
        .heading([
          Span("The paper's protocol", .strong),
          Span(
            " (plain correlation, \(evaluation.queries) single queries, one short pass from θ0)",
            .faint
          ),
        ])
      ] + table
    )
  }
}
