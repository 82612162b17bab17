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
  ///   - seed: Seed of the bootstrap and of the shuffles behind chance lines.
  /// - Returns: The estimator's figures beside those of the text baselines, of embeddings where there are some,
  ///   and of `LowVolatility`, which reads the losses that the estimator reads.
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
    let chances = chances(of: asked, attributor, seed: seed)
    let lists = try attributor.top(chances.compactMap(\.line?.above).max() ?? 0, for: asked)
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
    var baselines = try textRankings(all.map(\.members), prepared)
      .mapValues { measure($0, precision: counts) }
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
      chances: zip(chances, lists).map { chance, list in
        EvaluatedChance(
          chance: chance,
          tagged: list.prefix(chance.line?.above ?? 0).count {
            corpus.train[$0.example].tags.contains(same: tag)
          }
        )
      },
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

  /// What text alone makes of the rows, by the names of the baselines.
  ///
  /// - Parameters:
  ///   - groups: Positions of the queries of each question.
  ///   - prepared: What the estimator reads.
  /// - Returns: For each baseline a ranking a question.
  /// - Throws: What the sources of losses and embeddings throw.
  private func textRankings(
    _ groups: [[Int]],
    _ prepared: Preparation
  ) throws -> [String: [[Double]]] {
    let asked = groups.map { $0.map { corpus.queries[$0] } }
    let index = TextIndex(corpus.train)
    var rankings: [String: [[Double]]] = [:]
    for baseline in TextIndex.Baseline.allCases {
      rankings[baseline.rawValue] = asked.map { index.scores(baseline, for: $0) }
    }
    let same = asked.map { index.sharesCompletion(with: $0) }
    rankings[PhraseIndex.name] = PhraseIndex(corpus.train).scores(
      for: asked,
      suspects: same.map { same in same.indices.filter { same[$0] } }
    )
    if prepared.losses != nil,
      let filter = ReferenceFilter(corpus.train, losses: try losses(.mean), design: design)
    {
      rankings[ReferenceFilter.name] = asked.map { filter.scores(for: $0) }
    }
    if let embeddings = try embeddings() {
      let scores = groups.map { embeddings.scores(for: $0) }
      rankings[EmbeddedCorpus.Baseline.embedding.rawValue] = scores
      rankings[EmbeddedCorpus.Baseline.embeddingThenSameCompletion.rawValue] = zip(asked, scores)
        .map {
          // Cosines squeezed into [0, 1) order rows with the same share of completions.
          zip(index.scores(.sameCompletion, for: $0), $1).map {
            $0 * Double(corpus.queries.count) + ($1 + 1) / 3
          }
        }
    }
    return rankings
  }

  /// Rankings in which rows that were not to be read come after all others.
  func leftOutLast(_ rankings: [[Double]]) -> [[Double]] {
    guard let candidates else { return rankings }
    var isRead = [Bool](repeating: false, count: candidates.rows)
    for row in candidates.all { isRead[row] = true }
    return rankings.map { scores in
      let last = (scores.min() ?? 0) - 1
      return scores.indices.map { isRead[$0] ? scores[$0] : last }
    }
  }
}
