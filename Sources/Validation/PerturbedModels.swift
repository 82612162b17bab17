import Attribution
package import Experiment
import ReferenceModels
import Statistics
package import WhiteBox

/// How perturbed models are made.
package struct Perturbation: Sendable, Hashable {
  /// Number of perturbed models, K.
  package var models: Int
  /// Share of the training examples in each one's subset.
  package var ratio: Double
  /// What they start from.
  package var start: Start
  /// How they are trained.
  package var recipe: Recipe
  /// What their steps descend.
  package var objective: PerturbedObjective
  /// Seed of subsets, orders and ξ.
  package var seed: UInt64

  /// Creates a recipe.
  package init(
    models: Int,
    ratio: Double,
    start: Start = .target,
    recipe: Recipe,
    objective: PerturbedObjective = .loss,
    seed: UInt64
  ) {
    self.models = models
    self.ratio = ratio
    self.start = start
    self.recipe = recipe
    self.objective = objective
    self.seed = seed
  }
}

/// K perturbed models of a subject, and what they say of every example.
package struct PerturbedModels: Sendable {
  /// How they were made.
  package let perturbation: Perturbation
  /// Their subsets; members weigh 1 − 2ξ where the objective has ξ, which makes up for its sign.
  package let design: SubsetDesign
  /// Signals: losses, or margins with their sign turned, so that both fall where a model gets better.
  package let signals: LossMatrix
  /// Seconds of one core that their trainings took.
  package let seconds: Double

  /// Trains and reads them.
  ///
  /// - Parameters:
  ///   - perturbation: How they are made.
  ///   - workshop: Where.
  /// - Throws: `AttributionError` for an impossible design; `ReferenceModelError` when one diverges.
  package init(_ perturbation: Perturbation, in workshop: Workshop) async throws {
    let subject = workshop.subject
    let count = subject.train.count
    let plain = try SubsetDesign.random(
      examples: count,
      models: perturbation.models,
      size: SubsetDesign.size(ratio: perturbation.ratio, of: count),
      start: perturbation.start,
      seed: perturbation.seed
    )
    let trainings = plain.draws.map { draw in
      var training = Training(
        start: perturbation.start == .target ? .target : .initial,
        members: draw.members,
        seed: draw.seed,
        recipe: perturbation.recipe
      )
      training.objective = perturbation.objective
      return training
    }
    let results = try await workshop.results(of: trainings)
    let isWeighted = perturbation.objective.isWeighted
    design = SubsetDesign(
      examples: count,
      start: perturbation.start,
      seed: perturbation.seed,
      draws: plain.draws.map { draw in
        let xi = isWeighted ? xi(seed: draw.seed, count: subject.model.count) : []
        return SubsetDesign.Draw(
          seed: draw.seed,
          members: draw.members,
          weights: isWeighted ? draw.members.map { 1 - 2 * xi[subject.train[$0]] } : nil
        )
      }
    )
    var values: [Double] = []
    values.reserveCapacity(results.count * (count + subject.queries.count))
    for column in 0..<count + subject.queries.count {
      for result in results {
        let loss = result.losses[column]
        values.append(perturbation.objective.readsMargins ? -margin(ofLoss: loss) : loss)
      }
    }
    signals = LossMatrix(
      models: results.indices.map { "model-\($0)" },
      train: subject.train.indices.map { "train-\($0)" },
      queries: subject.queries.indices.map { "query-\($0)" },
      view: .sum,
      values: values,
      censored: []
    )
    self.perturbation = perturbation
    seconds = results.reduce(0) { $0 + $1.seconds }
  }

  /// The first of the models alone: what a smaller K would have given.
  ///
  /// - Parameter models: How many, at most K.
  /// - Returns: Their signals and design.
  package func first(_ models: Int) -> (signals: LossMatrix, design: SubsetDesign) {
    let count = signals.models.count
    let part = LossMatrix(
      models: Array(signals.models.prefix(models)),
      train: signals.train,
      queries: signals.queries,
      view: signals.view,
      values: stride(from: 0, to: signals.values.count, by: count).flatMap {
        signals.values[$0..<$0 + min(models, count)]
      },
      censored: []
    )
    let draws = SubsetDesign(
      examples: design.examples,
      start: design.start,
      seed: design.seed,
      draws: Array(design.draws.prefix(models))
    )
    return (part, draws)
  }
}
