public import Experiment
import Statistics

extension RunComparison {
  /// Compares runs and estimators at what the cheapest run cost.
  ///
  /// Differences are to the first contender, and paired: every contender is asked the same questions, and each
  /// draw takes the same positions among the models of all (and among single queries, the same queries). An
  /// interval is that of the drawn differences around their mean, laid around the difference of all models,
  /// because a draw has about 63 % of the models, which lowers some estimators more than others. Steps on
  /// queries are too few to be drawn anew: their scores stay as they are, and so leave their share out of
  /// the interval.
  ///
  /// - Parameters:
  ///   - runs: Runs of the same rows and queries, at least one, with their estimators.
  ///   - tag: The queries to ask, and the rows to be found where some have the tag; `nil` asks all queries.
  ///   - decoyTag: Tag of rows with the same output and another cause.
  ///   - grouped: Whether the queries are asked as one.
  ///   - draws: Draws behind the intervals, at least 1.
  ///   - seed: Seed of draws, halves, and the shuffles behind chance lines.
  /// - Throws: `AttributionError` where rows or queries differ or nothing can be scored, or what the source of
  ///   the losses throws.
  public init(
    of runs: [ComparedRun],
    tag: String? = nil,
    against decoyTag: String? = nil,
    grouped: Bool = false,
    draws: Int = 200,
    seed: UInt64 = 0
  ) throws {
    try runs.requireOneCorpus()
    guard let corpus = runs.first?.study.corpus else {
      throw AttributionError(.notFound, "cannot compare runs", cause: "there is none")
    }
    let isTagged = tag.map { tag in corpus.train.contains { $0.tags.contains(same: tag) } } ?? false
    let question = try Question(
      corpus,
      tag: tag,
      task: isTagged ? tag.map { try RetrievalTask(corpus, tag: $0, against: decoyTag) } : nil,
      grouped: grouped
    )
    var notes: [String] = []
    if let tag, !isTagged {
      notes.append("no training row has the tag '\(tag)': nothing is known of what should be found")
    }
    var entries: [(answers: Answers, run: String, cost: Cost)] = []
    var refusal: AttributionError?
    for (run, whole) in zip(runs.atEqualCost, runs) {
      for method in run.fittingMethods {
        do {
          let answers = try Answers(run.study, method, question, draws: draws, seed: seed)
          // `auto` may be one of the others by name.
          let isNew = !entries.contains {
            $0.run == run.name && $0.answers.name == answers.name && $0.answers.view == answers.view
          }
          if isNew { entries.append((answers, run.name, run.cost(of: whole))) }
        } catch let error as AttributionError {
          refusal = refusal ?? error
          notes.append("left out of '\(run.name)': \(error.failure): \(error.cause)")
        }
      }
    }
    guard let first = entries.first else {
      throw refusal
        ?? AttributionError(
          .unknownEstimator,
          "cannot compare runs",
          cause: "no estimator that was named reads what they hold"
        )
    }
    let resamples = question.resamples(draws, seed: seed)
    self.init(
      contenders: entries.map { entry in
        Contender(
          run: entry.run,
          estimator: entry.answers.name,
          view: entry.answers.view,
          cost: entry.cost,
          figures: Dictionary(
            uniqueKeysWithValues: Measure.allCases.compactMap { measure in
              entry.answers.figure(
                measure,
                against: entry.answers == first.answers ? nil : first.answers,
                resamples
              ).map { (measure, $0) }
            }
          ),
          shared: entries.map { entry.answers.shared(with: $0.answers) }
        )
      },
      tag: tag,
      against: decoyTag,
      queries: question.queries.count,
      grouped: grouped,
      prevalence: question.task.map {
        Double($0.positives.count) / Double(corpus.train.count)
      },
      notes: notes
    )
  }
}

/// What every contender is asked.
private struct Question {
  /// Positions of the queries.
  let queries: [Int]
  /// What is to be found; `nil` where that is not known.
  let task: RetrievalTask?
  let grouped: Bool

  init(_ corpus: Corpus, tag: String?, task: RetrievalTask?, grouped: Bool) throws(AttributionError)
  {
    self.task = task
    self.grouped = grouped
    guard let tag else {
      queries = Array(corpus.queries.indices)
      return
    }
    let ids = Set(try corpus.queries(tagged: tag).map { ByteText($0) })
    queries = corpus.queries.indices.filter { ids.contains(ByteText(corpus.queries[$0].id)) }
  }

  /// Decoys' queries, which the two-sided area asks, too.
  var decoyQueries: [Int] { task?.decoyQueries ?? [] }

  /// Places of the rankings that each draw takes: of the queries', and of the decoy queries'.
  func resamples(_ draws: Int, seed: UInt64) -> [Resampled] {
    var generator = SplitMix64(seed: seed, stream: 2)
    func drawn(_ queries: [Int]) -> [Int] {
      guard !grouped else { return queries.isEmpty ? [] : [0] }
      return queries.map { _ in generator.below(queries.count) }
    }
    return (0..<draws).map { _ in Resampled(asked: drawn(queries), mirrored: drawn(decoyQueries)) }
  }
}

/// Places of rankings, possibly repeated.
private struct Resampled {
  let asked: [Int]
  let mirrored: [Int]
}

/// What one set of rankings is worth, ranking by ranking; `nil` or empty where it cannot be told.
private struct Marks: Equatable {
  /// Average precision of each ranking.
  var precisions: [Double?] = []
  /// The area against decoys, and the decoys' rankings' against the rows with the tag.
  var areas: [Double?] = []
  var mirroredAreas: [Double?] = []
  /// Rank correlation between the rankings of two halves.
  var halves: [Double?] = []
  /// Rows above the chance line.
  var above: [Double?] = []

  /// The measure of the rankings drawn; `nil` where none of them tells.
  func figure(_ measure: RunComparison.Measure, _ drawn: Resampled) -> Double? {
    func mean(_ values: [Double?], _ places: [Int]) -> Double? {
      guard !values.isEmpty else { return nil }
      let told = places.compactMap { values[$0] }
      return told.isEmpty ? nil : Statistics.mean(of: told)
    }
    switch measure {
    case .ap: return mean(precisions, drawn.asked)
    case .twoSided:
      guard let forward = mean(areas, drawn.asked),
        let backward = mean(mirroredAreas, drawn.mirrored)
      else { return nil }
      return (forward + backward) / 2
    case .reliability:
      return mean(halves, drawn.asked).map { max(0, 2 * $0 / (1 + max(0, $0))) }
    case .above: return mean(above, drawn.asked)
    }
  }
}

/// What one contender answered.
private struct Answers: Equatable {
  let name: String
  let view: LossView
  private let point: Marks
  /// The same for each draw; what a draw does not change stands in `point` alone.
  private let drawn: [Marks]
  /// The first 20 rows of each ranking.
  private let lists: [Set<Int>]

  init(
    _ study: Study,
    _ method: Method,
    _ question: Question,
    draws: Int,
    seed: UInt64
  ) throws {
    let prepared = try study.prepare(method, for: question.queries, grouped: question.grouped)
    let attributor = prepared.attributor
    let asked = study.profiles(
      of: question.queries,
      grouped: question.grouped,
      method,
      attributor
    )
    let mirrored = study.profiles(
      of: question.decoyQueries,
      grouped: question.grouped,
      method,
      attributor
    )
    try study.requireMeasurable(asked, prepared)
    name = attributor.name
    view = prepared.losses?.view ?? method.view ?? .sum

    func marks(_ rankings: [[Double]]) -> Marks {
      guard let task = question.task else { return Marks() }
      let scores = study.leftOutLast(rankings)
      func area(_ scores: [Double], _ positives: [Int], _ negatives: [Int]) -> Double? {
        areaUnderROC(scores, positives: positives, negatives: negatives)
      }
      return Marks(
        precisions: scores[..<asked.count].map(task.averagePrecision),
        areas: scores[..<asked.count].map { area($0, task.positives, task.decoys) },
        mirroredAreas: scores[asked.count...].map { area($0, task.decoys, task.positives) }
      )
    }
    let rows = attributor.measurable.indices.filter { attributor.measurable[$0] }
    func agreement(_ first: [[Double]], _ second: [[Double]]) -> [Double?] {
      zip(first, second).map { first, second in
        pearson(rows.map { first[$0] }, rows.map { second[$0] })
      }
    }
    var point = marks(attributor.rankings(for: asked + mirrored))
    var splits: [[Double?]] = []
    attributor.halves(for: asked, draws: 20, seed: seed, isResampled: false) {
      splits.append(agreement($0, $1))
    }
    point.halves =
      splits.isEmpty
      ? []
      : asked.indices.map { place in
        let told = splits.compactMap { $0[place] }
        return told.isEmpty ? nil : mean(of: told)
      }
    point.above = study.chances(of: asked, attributor, seed: seed).map {
      $0.line.map { Double($0.above) }
    }
    self.point = point
    lists = try attributor.top(20, for: asked).map { Set($0.map(\.example)) }

    var drawn: [Marks] = []
    if question.task != nil {
      attributor.replicates(for: asked + mirrored, draws: draws, seed: seed) {
        drawn.append(marks($0))
      }
    }
    var halves: [[Double?]] = []
    attributor.halves(for: asked, draws: draws, seed: seed, isResampled: true) {
      halves.append(agreement($0, $1))
    }
    self.drawn = (0..<draws).map { draw in
      var marks = draw < drawn.count ? drawn[draw] : point
      marks.halves = draw < halves.count ? halves[draw] : point.halves
      marks.above = point.above
      return marks
    }
  }

  /// A measure with its difference to another contender's; `nil` where it cannot be told.
  func figure(
    _ measure: RunComparison.Measure,
    against first: Answers?,
    _ resamples: [Resampled]
  ) -> RunComparison.Figure? {
    let all = Resampled(
      asked: Array(lists.indices),
      mirrored: Array(point.mirroredAreas.indices)
    )
    guard let value = point.figure(measure, all) else { return nil }
    guard let first, let other = first.point.figure(measure, all) else {
      return RunComparison.Figure(value)
    }
    let differences = resamples.indices.compactMap { draw -> Double? in
      guard let ours = drawn[draw].figure(measure, resamples[draw]),
        let theirs = first.drawn[draw].figure(measure, resamples[draw])
      else { return nil }
      return ours - theirs
    }
    let shift = value - other - mean(of: differences)
    // Draws that are all alike, up to rounding, have drawn nothing.
    let range = (differences.max() ?? 0) - (differences.min() ?? 0)
    let interval =
      range > 1e-9
      ? percentileInterval(level: 0.95, of: differences.map { $0 + shift }) : nil
    return RunComparison.Figure(
      value,
      difference: RunComparison.Difference(value: value - other, interval: interval)
    )
  }

  /// Share of its first rows that another contender has among its own, the mean over rankings.
  func shared(with other: Answers) -> Double {
    let shares = zip(lists, other.lists).compactMap { ours, theirs in
      ours.isEmpty ? nil : Double(ours.intersection(theirs).count) / Double(ours.count)
    }
    return mean(of: shares)
  }
}
