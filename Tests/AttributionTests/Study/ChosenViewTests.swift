import Attribution
import Experiment
import Testing

struct ChosenViewTests {
  /// The planted study with other completions, and first tokens that move by `step` of the whole.
  private func study(
    _ planted: Planted,
    completion: (String) -> String = { $0 },
    step: Double?
  ) -> Study {
    func written(_ examples: [Example]) -> [Example] {
      examples.map {
        Example(
          id: $0.id,
          prompt: $0.prompt,
          completion: completion($0.completion),
          tags: $0.tags
        )
      }
    }
    let corpus = Corpus(
      train: written(planted.corpus.train),
      queries: written(planted.corpus.queries)
    )
    return Study(corpus: corpus, design: planted.design) { view in
      guard view == .firstToken else { return planted.matrix }
      var matrix = LossMatrix(
        models: planted.matrix.models,
        train: planted.matrix.train,
        queries: planted.matrix.queries,
        view: view
      )
      guard let step else { return matrix }
      for column in 0..<matrix.columns {
        for model in matrix.models.indices {
          guard let whole = planted.matrix[model: model, column: column]?.value else { continue }
          matrix[model: model, column: column] = .measured(1 + step * whole)
        }
      }
      return matrix
    }
  }

  private let group = ["query-0", "query-1", "query-2"]

  @Test func `auto reads first tokens for groups where openings differ and models disagree`() throws
  {
    let study = study(try Planted(), step: 0.5)
    let found = try #require(try study.findings(queries: group, grouped: true, top: 3).first)
    #expect(
      found.reason
        == "log-dc on first tokens: log losses without the models' common drift find the "
        + "rows behind a group's behaviour best, and the first token decides what kind of answer is "
        + "given"
    )
  }

  @Test(
    arguments: [
      ("{\"reply\": \"", 0.5, "60 of 60 training rows open with '{\"', as the queries do"),
      ("", 0.001, "the models agree on the queries' first tokens"),
      ("", nil, "no losses of the queries' first tokens were observed"),
    ] as [(String, Double?, String)]
  )
  func `auto reads whole completions where first tokens tell nothing, and says what it saw`(
    start: String,
    step: Double?,
    seen: String
  ) throws {
    let planted = try Planted()
    let study = study(planted, completion: { start + $0 }, step: step)
    let found = try #require(try study.findings(queries: group, grouped: true, top: 10).first)
    #expect(
      found.reason
        == "log-dc on whole completions: log losses without the models' common drift find "
        + "the rows behind a group's behaviour best, and first tokens cannot tell them apart: "
        + seen
    )
    #expect(found.examples.count { $0.tags == ["backdoor"] } >= 9)
    let scores = try study.scores(queries: group, grouped: true).values
    let whole = try study.scores(queries: group, grouped: true, method: Method(view: .sum)).values
    #expect(scores == whole)
  }

  @Test func `a view that was asked for is kept, and the reason is of that view`() throws {
    let study = study(try Planted(), completion: { "{" + $0 }, step: 0.5)
    func reason(_ view: LossView) throws -> String? {
      try study.findings(queries: group, grouped: true, top: 1, method: Method(view: view)).first?
        .reason
    }
    #expect(
      try reason(.sum)
        == "log-dc: log losses without the models' common drift find the rows behind "
        + "a group's behaviour best"
    )
    #expect(
      try reason(.firstToken)?.hasSuffix(
        "; first tokens were asked for, yet 60 of 60 training rows open with '{', as the queries do"
      ) == true
    )
  }

  @Test func `what is not measurable says whether losses are missing, the same, or vary elsewhere`()
    throws
  {
    let planted = try Planted()
    func error(_ view: LossView, _ change: (inout LossMatrix, _ column: Int) -> Void)
      -> AttributionError?
    {
      var matrix = planted.matrix
      for query in 0..<3 { change(&matrix, matrix.column(query: query)) }
      let study = Study(corpus: planted.corpus, design: planted.design) { [matrix] asked in
        var seen = LossMatrix(
          models: matrix.models,
          train: matrix.train,
          queries: matrix.queries,
          view: asked
        )
        let source = asked == view ? matrix : planted.matrix
        for column in 0..<matrix.columns {
          for model in 0..<24 {
            seen[model: model, column: column] = source[model: model, column: column]
          }
        }
        return seen
      }
      return #expect(throws: AttributionError.self) {
        try study.findings(queries: group, grouped: true, method: Method(view: view))
      }
    }
    func same(_ matrix: inout LossMatrix, _ column: Int) {
      for model in 0..<24 { matrix[model: model, column: column] = .measured(1) }
    }
    func missing(_ matrix: inout LossMatrix, _ column: Int) {
      for model in 0..<24 { matrix[model: model, column: column] = nil }
    }
    #expect(
      error(.sum, same)?.description == "cannot score the group of 3 queries, averaged: its losses "
        + "are the same under every model"
    )
    #expect(error(.sum, missing)?.cause == "its losses are missing")
    let elsewhere = error(.firstToken, same)
    #expect(
      elsewhere?.cause == "its losses of the first token are the same under every model; those of "
        + "whole completions do vary"
    )
    #expect(elsewhere?.hint == "--view sum reads whole completions")
    var calls = 0
    let mixed = error(.sum) { matrix, column in
      calls += 1
      if calls == 1 { same(&matrix, column) } else { missing(&matrix, column) }
    }
    #expect(
      mixed?.cause == "its losses are missing for 2 queries and the same under every model for 1"
    )
  }

  @Test func `a view that nobody read is not a lack of models`() throws {
    let study = study(try Planted(), step: nil)
    let error = #expect(throws: AttributionError.self) {
      try study.findings(method: Method(view: .firstToken))
    }
    #expect(error?.code == .tooFewModels)
    #expect(error?.cause.hasSuffix("there are 0 in the view 'first-token'") == true)
    #expect(error?.hint == "--view sum reads whole completions")
  }
}
