public import Experiment
import Statistics

extension Study {
  /// Retrieval of the rows that carry a tag, by the scores of the queries that carry it.
  ///
  /// Single queries are measured one by one and averaged. Queries whose losses do not vary count as
  /// all ties, which is chance. Intervals are percentiles of a bootstrap over models, or over the queries
  /// of groups where models are θ0 behind queries; see `Attributor.intervals` for what stays fixed.
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
    let prepared = try prepare(method, for: task.queries, grouped: grouped)
    let attributor = prepared.attributor
    let asked = profiles(of: task.queries, grouped: grouped, method, attributor)
    let mirrored = profiles(of: task.decoyQueries, grouped: grouped, method, attributor)
    try requireMeasurable(asked, prepared)

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
    let rankings = attributor.rankings(for: all)
    let point = measure(leftOutLast(rankings), precision: counts)
    var replicates: [Retrieval] = []
    if draws > 0 {
      attributor.replicates(for: all, draws: draws, seed: seed) { scores in
        replicates.append(measure(leftOutLast(scores), precision: counts))
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
    if let losses = prepared.losses {
      let stillness = LowVolatility.scores(losses)
      baselines[LowVolatility.name] = measure(all.map { _ in stillness }, precision: counts)
    }
    var evaluation = Evaluation(
      estimator: attributor.name,
      tag: tag,
      against: decoyTag,
      queries: task.queries.count,
      grouped: grouped,
      prevalence: Double(task.positives.count) / Double(corpus.train.count),
      retrieval: retrieval,
      baselines: baselines,
      sampling: sampling,
      candidates: candidates?.all.count,
      audit: asked.count == 1
        ? counts.reversed().lazy.compactMap {
          candidates?.audited(rankings[0], measurable: attributor.measurable, top: $0)
        }.first : nil
    )
    evaluation.commonShare = prepared.common?.share
    return evaluation
  }

  /// Rankings in which rows that were not to be read come after all others.
  private func leftOutLast(_ rankings: [[Double]]) -> [[Double]] {
    guard let candidates else { return rankings }
    var isRead = [Bool](repeating: false, count: candidates.rows)
    for row in candidates.all { isRead[row] = true }
    return rankings.map { scores in
      let last = (scores.min() ?? 0) - 1
      return scores.indices.map { isRead[$0] ? scores[$0] : last }
    }
  }
}
