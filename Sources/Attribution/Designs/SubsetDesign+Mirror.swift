public import Experiment
import Statistics

extension SubsetDesign {
  /// The design of mirrored jobs: the start as it is, then a step on the queries of each behaviour, once with
  /// every seed.
  ///
  /// Members are positions of queries. All behaviours of a seed come before the next seed, so that a design of
  /// more seeds begins with that of fewer. They share the seed: what its order of examples, or its fresh
  /// adapters, do to all rows alike is the same behind every behaviour, and a contrast takes it out.
  ///
  /// - Parameters:
  ///   - mirror: Seeds and direction; a step down has the weight −1 on every query.
  ///   - behaviours: What the queries show.
  ///   - examples: Size of the training set, which is read and not trained on.
  ///   - start: The model that every step starts from.
  ///   - seed: Seed of all steps.
  /// - Returns: A design of 1 + seeds × behaviours models.
  public static func mirror(
    _ mirror: MirrorPerturbation,
    behaviours: [QueryBehaviour],
    examples: Int,
    start: Start,
    seed: UInt64
  ) -> SubsetDesign {
    SubsetDesign(
      examples: examples,
      start: start,
      seed: seed,
      subsets: steps(
        on: behaviours.map(\.queries),
        weight: mirror.direction == .up ? nil : -1,
        seeds: mirror.seeds,
        seed: seed
      )
    )
  }

  /// θ0 as it is, then a step of it against each of some sets of training rows, once with every seed.
  ///
  /// Every row has the weight −1, so its loss rises. What such a step does to the losses of queries, read
  /// under a `removal` perturbation, says beforehand and for a fraction of the price which set's removal
  /// would undo their behaviour: `PredictedRemoval`.
  ///
  /// - Parameters:
  ///   - sets: Positions of the rows of each set, ascending and distinct.
  ///   - examples: Size of the training set.
  ///   - seeds: Steps against each set, at least 1.
  ///   - seed: Seed of all steps.
  /// - Returns: A design of 1 + seeds × sets models.
  public static func against(
    _ sets: [[Int]],
    of examples: Int,
    seeds: Int,
    seed: UInt64
  ) -> SubsetDesign {
    SubsetDesign(
      examples: examples,
      start: .target,
      seed: seed,
      subsets: steps(on: sets, weight: -1, seeds: seeds, seed: seed)
    )
  }

  /// The start, then all sets with the first seed, all with the second, ….
  private static func steps(
    on sets: [[Int]],
    weight: Double?,
    seeds: Int,
    seed: UInt64
  ) -> [Subset] {
    let steps = (0..<seeds).flatMap { turn in
      var generator = SplitMix64(seed: seed, stream: UInt64(turn))
      let own = generator.next()
      return sets.map { set in
        Subset(seed: own, members: set, weights: weight.map { weight in set.map { _ in weight } })
      }
    }
    return [Subset(seed: seed, members: [])] + steps
  }
}
