public import Experiment
import Statistics

extension Study {
  /// How far the scores of each behaviour have settled, with each of its queries in one group.
  ///
  /// Reliability is the correlation between the scores of two halves of the models, the mean over random
  /// halves, stepped up to all models by the formula of Spearman and Brown. It measures precision, not truth.
  ///
  /// - Parameters:
  ///   - behaviours: Those asked for.
  ///   - seed: Seed of halves, draws and shuffles.
  /// - Returns: One value a behaviour that can be scored, in order; none for runs whose models are not random
  ///   subsets, and below ten models.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func convergence(
    of behaviours: [QueryBehaviour],
    seed: UInt64 = 0
  ) throws -> [Convergence] {
    guard probes == nil, !isMirrored, design.models >= StoppingRule.first else { return [] }
    return try behaviours.compactMap { behaviour in
      do {
        return try convergence(of: behaviour, seed: seed)
      } catch is AttributionError {
        // Too few models say anything of it, or nothing that the method reads.
        return nil
      }
    }
  }

  /// The same of one behaviour; `nil` where its losses do not vary.
  private func convergence(of behaviour: QueryBehaviour, seed: UInt64) throws -> Convergence? {
    let sizes = [1, 2, 3].map { design.models * $0 / 4 }.filter { $0 >= StoppingRule.first }
    let prepared = try prepare(Method(), for: behaviour.queries, grouped: true)
    let attributor = prepared.attributor
    let profiles = profiles(of: behaviour.queries, grouped: true, Method(), attributor)
    guard attributor.isMeasurable(profiles[0]) else { return nil }
    let curve = try (sizes + [design.models]).compactMap { models in
      try first(models).reliability(of: behaviour, seed: seed).map {
        Convergence.Point(models: models, reliability: $0)
      }
    }
    let above = chances(of: profiles, attributor, seed: seed)[0].line?.above
    return Convergence(
      behaviour: behaviour.name,
      models: attributor.models,
      curve: curve,
      expected: curve.last.map { last in
        [last.models + StoppingRule.batch, 2 * last.models].map {
          Convergence.Point(
            models: $0,
            reliability: steppedUp(last.reliability, by: Double($0) / Double(last.models))
          )
        }
      } ?? [],
      above: above,
      stability: attributor.stability(of: profiles[0], top: above ?? 0, seed: seed)
    )
  }

  private func reliability(of behaviour: QueryBehaviour, seed: UInt64) throws -> Double? {
    let attributor = try prepare(Method(), for: behaviour.queries, grouped: true).attributor
    let profiles = profiles(of: behaviour.queries, grouped: true, Method(), attributor)
    return attributor.reliability(of: profiles, draws: 20, seed: seed)[0]
  }
}

extension Attributing {
  /// The reliability of each profile's scores over the measurable rows, by random pairs of halves.
  ///
  /// - Parameters:
  ///   - profiles: What is asked.
  ///   - draws: Pairs of halves.
  ///   - seed: Seed of the halves.
  /// - Returns: 0...1 for each profile; `nil` where the scores of halves do not vary.
  /// - SeeAlso: `splitHalfReliability`.
  func reliability(
    of profiles: [QueryProfile],
    draws: Int,
    seed: UInt64
  ) -> [Double?] {
    var correlations = profiles.map { _ in [Double]() }
    let rows = measurable.indices.filter { measurable[$0] }
    halves(for: profiles, draws: draws, seed: seed, isResampled: false) { first, second in
      for place in profiles.indices {
        let pair = (rows.map { first[place][$0] }, rows.map { second[place][$0] })
        if let found = pearson(pair.0, pair.1) { correlations[place].append(found) }
      }
    }
    return correlations.map { values in
      values.isEmpty ? nil : steppedUp(max(0, mean(of: values)), by: 2)
    }
  }

  /// Share of bootstrap draws whose best rows have a Jaccard index of at least 0.8 with the best rows of all
  /// models, 0...1.
  fileprivate func stability(of profile: QueryProfile, top count: Int, seed: UInt64) -> Double {
    func best(_ scores: [Double]) -> Set<Int> {
      var list = TopList(limit: count)
      for (row, score) in scores.enumerated() where measurable[row] {
        list.offer(score, example: row)
      }
      return Set(list.entries.map(\.example))
    }
    guard count > 0 else { return 0 }
    let top = best(rankings(for: [profile])[0])
    var draws = 0
    var same = 0
    replicates(for: [profile], draws: 100, seed: seed) { rankings in
      let drawn = best(rankings[0])
      draws += 1
      if Double(top.intersection(drawn).count) >= 0.8 * Double(top.union(drawn).count) { same += 1 }
    }
    return draws == 0 ? 0 : Double(same) / Double(draws)
  }
}
