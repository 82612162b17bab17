public import Experiment
import Statistics

extension Study {
  /// Retrieval of the rows that carry a tag, by the scores of the queries that carry it.
  ///
  /// Single queries are measured one by one and averaged. Queries whose losses do not vary count as
  /// all ties, which is chance. Intervals are percentiles of a bootstrap over models; see
  /// `Attributor.intervals` for what stays fixed.
  ///
  /// - Parameters:
  ///   - tag: Tag of the rows to be found and of the queries that ask for them.
  ///   - decoyTag: Tag of rows with the same output and another cause, and of their queries.
  ///   - grouped: Whether the queries of a tag are asked as one.
  ///   - method: How to score.
  ///   - draws: Bootstrap draws; 0 for no intervals.
  ///   - seed: Seed of the bootstrap.
  /// - Returns: The estimator's figures beside those of the text baselines and of `LowVolatility`, which reads
  ///   the losses that the estimator reads.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func evaluate(
    tag: String,
    against decoyTag: String? = nil,
    grouped: Bool = false,
    method: Method = Method(),
    draws: Int = 200,
    seed: UInt64 = 0
  ) throws -> Evaluation {
    let task = try RetrievalTask(corpus, tag: tag, against: decoyTag)
    let prepared = try prepare(method, grouped: grouped)
    let attributor = prepared.attributor
    let asked = profiles(of: task.queries, grouped: grouped, method, attributor)
    let mirrored = profiles(of: task.decoyQueries, grouped: grouped, method, attributor)
    // Throws when none can be scored.
    _ = try attributor.top(1, for: asked)

    let all = asked + mirrored
    func measure(_ scores: [[Double]], precision counts: [Int]) -> Retrieval {
      task.measure(
        Array(scores[..<asked.count]),
        mirrored: Array(scores[asked.count...]),
        counts: counts,
        asked: asked.map { $0.members.map { corpus.queries[$0] } }
      )
    }
    let counts = [10, 50, 100].filter { $0 == 10 || $0 <= corpus.train.count }
    let weights = attributor.weights(for: all, on: attributor.fit).vectors
    let point = measure(attributor.scores(weights, on: attributor.fit), precision: counts)
    var replicates: [Retrieval] = []
    if draws > 0, attributor.models >= 5 {
      attributor.bootstrap(all, draws: draws, seed: seed) { scores in
        replicates.append(measure(scores, precision: counts))
      }
    }
    func interval(_ figure: (Retrieval) -> Double?) -> ClosedRange<Double>? {
      percentileInterval(level: 0.95, of: replicates.compactMap(figure))
    }
    var retrieval = Retrieval(
      ap: point.ap,
      apInterval: interval(\.ap),
      auroc: point.auroc,
      twoSided: point.twoSided,
      twoSidedInterval: interval(\.twoSided),
      precision: point.precision,
      sameOutputAP: point.sameOutputAP
    )
    retrieval.aurocInterval = interval(\.auroc)
    for count in counts {
      retrieval.precisionIntervals[count] = interval { $0.precision[count] }
    }
    let index = TextIndex(corpus.train)
    var baselines: [String: Retrieval] = [:]
    for baseline in TextIndex.Baseline.allCases {
      let scores = all.map { profile in
        index.scores(baseline, for: profile.members.map { corpus.queries[$0] })
      }
      baselines[baseline.rawValue] = measure(scores, precision: counts)
    }
    let stillness = LowVolatility.scores(prepared.losses)
    baselines[LowVolatility.name] = measure(all.map { _ in stillness }, precision: counts)
    return Evaluation(
      estimator: attributor.estimator.rawValue,
      tag: tag,
      against: decoyTag,
      queries: task.queries.count,
      grouped: grouped,
      prevalence: Double(task.positives.count) / Double(corpus.train.count),
      retrieval: retrieval,
      baselines: baselines
    )
  }
}
