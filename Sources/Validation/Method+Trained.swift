import Attribution
import Experiment
import ReferenceModels
import Statistics

extension Method {
  /// Valuation by training on other sets of examples.
  static let trained: [Method] = [
    Method("group-leave-out", .retraining, applies: { $0.settings.valuation != nil }) { bench in
      let (game, groups) = try bench.groupedGame()
      return bench.outcome(try await game.leaveOneOut(), groups: groups)
    },
    Method("leave-one-out", .retraining, applies: { $0.isSmall }) { bench in
      bench.outcome(try await bench.game().leaveOneOut(), groups: nil)
    },
    Method("shapley", .retraining, applies: { $0.settings.valuation != nil }) { bench in
      try await bench.semivalue(.shapley)
    },
    Method("beta-shapley", .retraining, applies: { $0.settings.valuation != nil }) { bench in
      try await bench.semivalue(.beta(16, 1))
    },
    Method("banzhaf", .retraining, applies: { $0.settings.valuation != nil }) { bench in
      bench.outcome(
        try await bench.game().banzhaf(
          coalitions: bench.settings.valuation?.subsets ?? 0,
          seed: bench.settings.seed
        ),
        groups: nil
      )
    },
    Method("datamodels", .retraining, applies: { $0.settings.valuation != nil }) { bench in
      let subsets = bench.subsets(bench.settings.valuation?.subsets ?? 0)
      let utilities = try await bench.game().utilities(subsets)
      let outcomes = try SubsetOutcomes(
        train: bench.trainIDs,
        queries: bench.queryIDs,
        subsets: subsets,
        outcomes: bench.queryIDs.indices.map { query in utilities.map { $0[query] } }
      )
      return Outcome(scores: try outcomes.datamodels(), trainings: subsets.count)
    },
  ]
}

extension Bench {
  /// Whether leaving out every single example is affordable: no more trainings than for Banzhaf values.
  nonisolated var isSmall: Bool {
    guard let valuation = settings.valuation else { return false }
    return subject.train.count <= valuation.subsets
  }

  /// Training as a game of the training examples: a coalition is worth minus the queries' losses.
  ///
  /// The empty coalition is the untrained model.
  nonisolated func game() throws -> DataGame {
    let workshop = workshop
    let seed = settings.seed
    return try DataGame(train: trainIDs, queries: queryIDs) { coalitions in
      let subject = workshop.subject
      let results = try await workshop.results(
        of: coalitions.filter { !$0.isEmpty }.map { coalition in
          var training = Training(
            start: .initial,
            members: coalition,
            seed: seed,
            recipe: subject.recipe
          )
          // Few absent ones are skipped where they come up, so that the order of the others is paired
          // with the full run's.
          let absent = Set(subject.train.indices).subtracting(coalition)
          if absent.count * 10 <= subject.train.count {
            training.members = Array(subject.train.indices)
            training.excluded = absent.sorted()
          }
          return training
        }
      )
      let untrained = subject.model.losses(
        of: subject.queries,
        at: subject.model.initialParameters(seed: seed)
      )
      var next = results.makeIterator()
      return coalitions.map { coalition in
        let losses =
          coalition.isEmpty
          ? untrained : Array((next.next()?.losses ?? []).dropFirst(subject.train.count))
        return losses.map { -$0 }
      }
    }
  }

  /// The game whose players are random groups of examples, with the groups.
  nonisolated func groupedGame() throws -> (game: DataGame, groups: [[Int]]) {
    let count = min(settings.valuation?.groups ?? 1, subject.train.count)
    var generator = SplitMix64(seed: settings.seed, stream: 22)
    let order = generator.shuffled(Array(subject.train.indices))
    let groups = (0..<count).map { group in
      stride(from: group, to: order.count, by: count).map { order[$0] }.sorted()
    }
    let game = try game().grouped(groups, names: groups.indices.map { "group-\($0)" })
    return (game, groups)
  }

  /// Half subsets for datamodels.
  nonisolated func subsets(_ count: Int) -> [[Int]] {
    var generator = SplitMix64(seed: settings.seed, stream: 23)
    let size = (subject.train.count + 1) / 2
    return (0..<count).map { _ in generator.sample(size, of: subject.train.count) }
  }

  /// A semivalue of groups, from permutations.
  func semivalue(_ semivalue: Semivalue) async throws -> Method.Outcome {
    let (game, groups) = try groupedGame()
    let sampled = try await game.semivalues(
      [semivalue],
      sampling: PermutationSampling(
        permutations: settings.valuation?.permutations ?? 1,
        round: 10,
        seed: settings.seed
      )
    )
    var outcome = outcome(sampled.valuations[0], groups: groups)
    if !sampled.converged {
      outcome.note = "values still changed after \(sampled.permutations) permutations"
    }
    return outcome
  }

  /// A valuation's scores; those of groups are shared out evenly among their members.
  nonisolated func outcome(_ valuation: Valuation, groups: [[Int]]?) -> Method.Outcome {
    var scores = valuation.scores
    if let groups {
      let count = subject.train.count
      var values = [Double](repeating: 0, count: count * subject.queries.count)
      for query in subject.queries.indices {
        let row = scores.row(query: query)
        for (group, members) in groups.enumerated() {
          let share = row[row.startIndex + group] / Double(members.count)
          for member in members { values[query * count + member] = share }
        }
      }
      scores = self.scores(values, by: scores.estimator)
    }
    return Method.Outcome(scores: scores, trainings: valuation.trainings)
  }
}
