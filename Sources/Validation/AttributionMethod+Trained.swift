import Attribution
import Experiment
import ReferenceModels
import Runs
import Statistics

extension AttributionMethod {
  /// Valuation by training on other sets of examples.
  static let trained: [AttributionMethod] = [
    valuation("group-leave-out") { context in
      let (game, groups) = try context.groupedGame()
      return context.output(try await game.leaveOneOut(), groups: groups)
    },
    AttributionMethod("leave-one-out", .retraining, applies: { $0.isSmall }) { context in
      context.output(try await context.game().leaveOneOut())
    },
    valuation("shapley") { context in try await context.semivalue(.shapley) },
    valuation("beta-shapley") { context in try await context.semivalue(.beta(16, 1)) },
    valuation("banzhaf") { context in
      context.output(
        try await context.game().banzhaf(coalitions: context.subsets, seed: context.settings.seed)
      )
    },
    valuation("datamodels") { context in
      // Halves.
      var generator = SplitMix64(seed: context.settings.seed, stream: 23)
      let size = (context.count + 1) / 2
      let halves = (0..<context.subsets).map { _ in generator.sample(size, of: context.count) }
      let models = try await context.losses(
        of: .coalitions(halves, of: context.count, seed: context.settings.seed)
      )
      let truth = GroundTruth(losses: models.losses, design: models.design)
      return MethodOutput(
        scores: try context.measured(truth).datamodels(),
        trainings: halves.count
      )
    },
  ]

  /// A method that applies where there is a budget for valuations.
  private static func valuation(
    _ name: String,
    _ score: @escaping @Sendable (MethodContext) async throws -> MethodOutput
  ) -> AttributionMethod {
    AttributionMethod(name, .retraining, applies: { $0.settings.valuation != nil }, score)
  }
}

extension MethodContext {
  /// Whether leaving out every single example is affordable: no more trainings than for Banzhaf values.
  nonisolated var isSmall: Bool { count <= subsets }

  /// Subsets for Banzhaf values and datamodels.
  nonisolated var subsets: Int { settings.valuation?.subsets ?? 0 }

  /// Training as a game of the training examples: a coalition is worth minus the queries' losses.
  ///
  /// The empty coalition is the untrained model.
  nonisolated func game() throws -> DataGame {
    try DataGame(train: task.trainIDs, queries: task.queryIDs) { coalitions in
      let models = try await self.losses(
        of: .coalitions(coalitions, of: self.count, seed: self.settings.seed)
      )
      return coalitions.indices.map { models.queries(model: $0).map { -$0 } }
    }
  }

  /// The game whose players are random groups of examples, with the groups.
  nonisolated func groupedGame() throws -> (game: DataGame, groups: [[Int]]) {
    let parts = min(settings.valuation?.groups ?? 1, count)
    var generator = SplitMix64(seed: settings.seed, stream: 22)
    let order = generator.shuffled(Array(task.train.indices))
    let groups = (0..<parts).map { group in
      stride(from: group, to: order.count, by: parts).map { order[$0] }.sorted()
    }
    return (try game().grouped(groups, names: groups.indices.map { "group-\($0)" }), groups)
  }

  /// A semivalue of groups, from permutations.
  nonisolated func semivalue(_ semivalue: Semivalue) async throws -> MethodOutput {
    let (game, groups) = try groupedGame()
    let sampled = try await game.semivalues(
      [semivalue],
      sampling: PermutationSampling(
        permutations: settings.valuation?.permutations ?? 1,
        round: 10,
        seed: settings.seed
      )
    )
    var output = output(sampled.valuations[0], groups: groups)
    if !sampled.converged {
      output.note = "values still changed after \(sampled.permutations) permutations"
    }
    return output
  }

  /// A valuation's scores; those of groups are shared out evenly among their members.
  nonisolated func output(
    _ valuation: Valuation,
    groups: [[Int]]? = nil
  ) -> MethodOutput {
    var scores = valuation.scores
    if let groups {
      var values = [Double](repeating: 0, count: count * task.queries.count)
      for query in task.queries.indices {
        let row = scores.row(query: query)
        for (group, members) in groups.enumerated() {
          let share = row[row.startIndex + group] / Double(members.count)
          for member in members { values[query * count + member] = share }
        }
      }
      scores = self.scores(values, by: scores.estimator)
    }
    return MethodOutput(scores: scores, trainings: valuation.trainings)
  }
}
