public import Experiment
import Statistics

extension SubsetDesign {
  /// θ0 as it is, then a step of it against each of some sets of training rows, once with every seed.
  ///
  /// Every row has the weight −1, so its loss rises, as it would in training without it.
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
    let steps = (0..<seeds).flatMap { turn in
      var generator = SplitMix64(seed: seed, stream: UInt64(turn))
      let own = generator.next()
      return sets.map { Subset(seed: own, members: $0, weights: $0.map { _ in -1 }) }
    }
    return SubsetDesign(
      examples: examples,
      start: .target,
      seed: seed,
      subsets: [Subset(seed: seed, members: [])] + steps
    )
  }
}
