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
    let steps = (0..<mirror.seeds).flatMap { turn in
      var generator = SplitMix64(seed: seed, stream: UInt64(turn))
      let own = generator.next()
      return behaviours.map(\.queries).map { queries in
        Subset(
          seed: own,
          members: queries,
          weights: mirror.direction == .up ? nil : queries.map { _ in -1 }
        )
      }
    }
    return SubsetDesign(
      examples: examples,
      start: start,
      seed: seed,
      subsets: [Subset(seed: seed, members: [])] + steps
    )
  }
}
