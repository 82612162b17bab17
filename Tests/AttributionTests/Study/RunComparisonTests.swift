import Attribution
import Experiment
import Statistics
import Testing

/// A run of planted rows, called by a name.
private func run(
  _ name: String,
  models: Int = 24,
  seed: UInt64 = 1,
  _ estimators: [Estimator] = [.logDC],
  dollars: Double? = nil
) throws -> ComparedRun {
  ComparedRun(
    name: name,
    study: try Planted(models: models, seed: seed).study(),
    methods: estimators.map { Method(estimator: .named($0)) },
    dollars: dollars
  )
}

/// A run whose losses are noise.
private func noise(_ name: String, models: Int = 24, seed: UInt64 = 9) throws -> ComparedRun {
  let planted = try Planted(models: models, seed: seed)
  var generator = SplitMix64(seed: seed)
  var matrix = planted.matrix
  for column in 0..<matrix.columns {
    for model in 0..<models {
      matrix[model: model, column: column] = .measured(4 + generator.normal() / 4)
    }
  }
  return ComparedRun(
    name: name,
    study: Study(corpus: planted.corpus, design: planted.design) { [matrix] _ in matrix },
    methods: [Method(estimator: .named(.logDC))]
  )
}

@Suite struct RunComparisonTests {
  @Test func `runs are cut to the first models that the cheapest has, with their share of dollars`()
    throws
  {
    let runs = [try run("dear", dollars: 6), try run("cheap", models: 16, seed: 2)]
    let comparison = try RunComparison(of: runs, tag: "backdoor", grouped: true, draws: 20)
    let costs = comparison.contenders.map(\.cost)
    #expect(costs.map(\.jobs) == [16, 16] && costs.map(\.read) == [24, 16])
    #expect(costs.map(\.rows) == [320, 320])
    #expect(costs.map(\.dollars) == [4, nil])
    // The first sixteen give what sixteen alone would have given.
    let few = try Planted().study().first(16)
    let alone = try few.evaluate(
      tag: "backdoor",
      grouped: true,
      method: Method(estimator: .named(.logDC)),
      draws: 0
    )
    #expect(comparison.contenders[0].figures[.ap]?.value == alone.retrieval.ap)
    #expect(few.design.models == 16)
  }

  @Test(arguments: [true, false])
  func `a run of noise is shown to be worse by every measure`(grouped: Bool) throws {
    let comparison = try RunComparison(
      of: [try run("planted"), try noise("noise")],
      tag: "backdoor",
      against: "decoy",
      grouped: grouped,
      draws: 100
    )
    let (first, second) = (comparison.contenders[0], comparison.contenders[1])
    #expect(comparison.queries == 3 && comparison.prevalence == 10.0 / 60)
    #expect(first.figures.values.allSatisfy { $0.difference == nil })
    for measure in [RunComparison.Measure.ap, .twoSided] {
      let difference = try #require(second.figures[measure]?.difference)
      #expect(difference.isShown && difference.value < -0.2, "\(measure) \(difference)")
      #expect(try #require(difference.interval).contains(difference.value))
    }
    // Half of the rows are noise in both.
    #expect(try #require(second.figures[.reliability]?.difference).value < 0)
    #expect(try #require(first.figures[.above]).value >= 7)
    #expect(first.shared[0] == 1 && first.shared[1] < 0.7 && second.shared[1] == 1)
  }

  @Test func `runs that differ by their draw alone seldom show a difference`() throws {
    var shown = 0
    for seed in UInt64(0)..<12 {
      let comparison = try RunComparison(
        of: [try run("a", models: 12, seed: seed), try run("b", models: 12, seed: seed + 100)],
        tag: "backdoor",
        draws: 40,
        seed: seed
      )
      if comparison.contenders[1].figures[.ap]?.difference?.isShown ?? true { shown += 1 }
    }
    #expect(shown <= 2, "\(shown) of 12")
  }

  @Test func `without a tag there is no precision, and halves of sure models agree`() throws {
    let comparison = try RunComparison(
      of: [try run("planted", [.logDC, .covariance, .correlation])],
      draws: 20
    )
    #expect(comparison.queries == 6 && comparison.prevalence == nil)
    #expect(comparison.contenders.map(\.estimator) == ["log-dc", "covariance", "correlation"])
    for contender in comparison.contenders {
      #expect(contender.figures[.ap] == nil && contender.figures[.twoSided] == nil)
      let reliability = try #require(contender.figures[.reliability]).value
      #expect((0...1).contains(reliability))
    }
    let sure = try RunComparison(
      of: [try run("planted"), try noise("noise")],
      grouped: true,
      draws: 20
    ).contenders.compactMap { $0.figures[.reliability]?.value }
    #expect(sure.count == 2 && sure[0] > sure[1] + 0.2, "\(sure)")
  }

  @Test func `estimators of another kind of run are passed over, and too dear ones are named`()
    throws
  {
    let study = try Planted(models: 3).study()
    let methods = EstimatorRequest.allCases.map { Method(estimator: $0) }
    let comparison = try RunComparison(
      of: [ComparedRun(name: "few", study: study, methods: methods)],
      draws: 5
    )
    // 'auto' is log-dc here; three models are too few for ridge.
    #expect(
      comparison.contenders.map(\.estimator) == [
        "log-dc", "covariance", "correlation", "half-norm", "log-dc-feedback",
      ]
    )
    #expect(comparison.notes.count == 3 && comparison.notes[0].contains("'ridge'"))
    #expect(comparison.contenders.allSatisfy { $0.figures[.reliability] == nil })
    let tagged = try RunComparison(
      of: [ComparedRun(name: "few", study: study, methods: Array(methods.prefix(3)))],
      tag: "backdoor",
      grouped: true,
      draws: 5
    )
    let difference = try #require(tagged.contenders[1].figures[.ap]?.difference)
    #expect(difference.interval == nil && !difference.isShown)
  }

  @Test func `runs of other data are refused by their first difference`() throws {
    let planted = try Planted()
    func other(_ change: (inout [Example], inout [Example]) -> Void) -> ComparedRun {
      var (train, queries) = (planted.corpus.train, planted.corpus.queries)
      change(&train, &queries)
      return ComparedRun(
        name: "other",
        study: Study(
          corpus: Corpus(train: train, queries: queries),
          design: planted.design
        ) { _ in planted.matrix },
        methods: [Method()]
      )
    }
    func example(_ id: String, _ prompt: String) -> Example {
      Example(id: id, prompt: .text(prompt), completion: "answer")
    }
    for (run, cause) in [
      (other { train, _ in train[3] = example("x", "") }, "training row 4 is 'x' instead of"),
      (
        other { train, _ in train[3] = example("train-3", "another") },
        "training row 4 'train-3' has another prompt"
      ),
      (other { train, _ in train.removeLast() }, "it has 59 instead of 60 training rows"),
      (other { _, queries in queries.removeLast() }, "it has 5 instead of 6 queries"),
    ] {
      let error = #expect(throws: AttributionError.self) {
        try RunComparison(of: [try AttributionTests.run("planted"), run])
      }
      #expect(error?.code == .mismatch && error?.cause.contains(cause) == true, "\(error as Any)")
    }
  }

  @Test func `mirrored jobs are cut by whole seeds, and their start is no job`() throws {
    let planted = try Planted()
    let design = SubsetDesign.mirror(
      MirrorPerturbation(seeds: 3),
      behaviours: Array(planted.corpus.behaviours.prefix(2)),
      examples: 60,
      start: .base,
      seed: 1
    )
    let matrix = planted.matrix.first(7)
    let steps = ComparedRun(
      name: "steps",
      study: Study(corpus: planted.corpus, design: design, isMirrored: true) { _ in matrix },
      methods: [Method()]
    )
    let comparison = try RunComparison(
      of: [steps, try run("few", models: 5)],
      tag: "backdoor",
      grouped: true,
      draws: 5
    )
    #expect(comparison.contenders.map(\.cost.jobs) == [4, 5])
    #expect(comparison.contenders[0].cost.read == 6 && comparison.contenders[0].cost.rows == 10)
  }
}
