public import Experiment
import Statistics

extension Study {
  /// What the losses say of each behaviour, with all that a page about it shows.
  ///
  /// - Parameters:
  ///   - behaviours: Those asked for.
  ///   - top: Length of the list for all queries of a behaviour together.
  ///   - singles: Length of the list for each of its queries.
  ///   - seed: Seed of draws, halves and shuffles.
  /// - Returns: One value a behaviour, in order; what cannot be scored says why.
  /// - Throws: What the source of the losses throws.
  public func report(
    on behaviours: [QueryBehaviour],
    top: Int,
    singles: Int,
    seed: UInt64 = 0
  ) throws -> [BehaviourReport] {
    let index = TextIndex(corpus.train)
    let phrases = PhraseIndex(corpus.train)
    let places = Dictionary(
      corpus.train.indices.map { (ByteText(corpus.train[$0].id), $0) },
      uniquingKeysWith: { first, _ in first }
    )
    return try behaviours.map { behaviour in
      do {
        let ids = behaviour.queries.map { corpus.queries[$0].id }
        func found(_ grouped: Bool, _ top: Int) throws -> [QueryFindings] {
          try findings(
            queries: ids,
            grouped: grouped,
            top: top,
            seed: seed,
            index: index,
            phrases: phrases
          )
        }
        let group = try found(true, top)[0]
        let scores = try scores(queries: ids, grouped: true)
        let convergence = try convergence(of: [behaviour], seed: seed).first
        return BehaviourReport(
          name: behaviour.name,
          queries: behaviour.queries,
          group: group,
          singles: ids.count > 1 ? try found(false, singles) : [],
          textRanks: textRanks(
            of: group.examples.compactMap { places[ByteText($0.id)] },
            for: behaviour.queries.map { corpus.queries[$0] },
            index,
            phrases
          ),
          distribution: BehaviourReport.Distribution(
            scores.values.indices.filter { scores.measurable[$0] }.map { scores.values[$0] },
            bins: 60
          ),
          convergence: convergence,
          fit: convergence.map(Self.fit) ?? []
        )
      } catch let error as AttributionError {
        return BehaviourReport(
          name: behaviour.name,
          queries: behaviour.queries,
          problem: error.description
        )
      }
    }
  }

  /// The curve from two models to twice as many as there are.
  private static func fit(_ convergence: Convergence) -> [BehaviourReport.Expected] {
    let curve = convergence.curve
    guard let last = curve.last else { return [] }
    let end = 2 * last.models
    let sizes = Array(stride(from: 2, to: end, by: max(1, end / 40))) + [end]
    return sizes.map { models in
      let expected = curve.map {
        steppedUp($0.reliability, by: Double(models) / Double($0.models))
      }
      let own = expected[expected.count - 1]
      return BehaviourReport.Expected(
        models: models,
        reliability: own,
        range: (expected.min() ?? own)...(expected.max() ?? own)
      )
    }
  }

  /// Ranks of rows for queries by plain text search.
  private func textRanks(
    of rows: [Int],
    for queries: [Example],
    _ index: TextIndex,
    _ phrases: PhraseIndex
  ) -> [String: [Int?]] {
    let same = index.sharesCompletion(with: queries)
    let rankings = [
      TextIndex.Baseline.bm25.rawValue: index.scores(.bm25, for: queries),
      PhraseIndex.name: phrases.scores(
        for: [queries],
        suspects: [same.indices.filter { same[$0] }]
      )[0],
    ]
    return rankings.mapValues { scores in
      // Equal rows share the best of their ranks.
      rows.map { row in scores[row] > 0 ? 1 + scores.count { $0 > scores[row] } : nil }
    }
  }

  /// The loss matrix from afar.
  ///
  /// - Parameters:
  ///   - behaviours: Whose queries get a band each.
  ///   - bands: Bands of training rows at most.
  ///   - columns: Models at most, the first ones.
  /// - Returns: The map; `nil` where there are no losses.
  /// - Throws: What the source of the losses throws.
  public func lossMap(
    _ behaviours: [QueryBehaviour],
    bands: Int = 40,
    columns: Int = 100
  ) throws -> LossMap? {
    let matrix = try losses(.sum)
    let models = matrix.models.count
    guard models > 1, !corpus.train.isEmpty else { return nil }
    let values = matrix.values
    func band(_ name: String, _ examples: [Int]) -> LossMap.Band {
      var sums = [Double](repeating: 0, count: models)
      var counts = [Int](repeating: 0, count: models)
      for example in examples {
        let losses = values[example * models..<(example + 1) * models]
        let known = losses.filter { !$0.isNaN }
        guard known.count > 1 else { continue }
        let mean = mean(of: known)
        for (model, loss) in losses.enumerated() where !loss.isNaN {
          sums[model] += loss - mean
          counts[model] += 1
        }
      }
      return LossMap.Band(
        name: name,
        values: zip(sums, counts).prefix(columns).map { $1 > 0 ? $0 / Double($1) : .nan }
      )
    }
    let size = max(1, (corpus.train.count + bands - 1) / bands)
    let rows = stride(from: 0, to: corpus.train.count, by: size).map { first in
      let end = min(first + size, corpus.train.count)
      return band(
        end == first + 1 ? "row \(end)" : "rows \(first + 1)–\(end)",
        Array(first..<end)
      )
    }
    let asked = behaviours.map { behaviour in
      band("queries: \(behaviour.name)", behaviour.queries.map { corpus.train.count + $0 })
    }
    let all = rows + asked
    let sizes = all.flatMap(\.values).filter(\.isFinite).map(\.magnitude)
    return LossMap(
      bands: all,
      limit: quantile(0.98, of: sizes) ?? 0
    )
  }
}
