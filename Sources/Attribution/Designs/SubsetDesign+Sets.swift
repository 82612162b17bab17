public import Experiment
import Statistics

extension SubsetDesign {
  /// Trains on each of some sets, whose positions are ascending and distinct, once with every seed.
  ///
  /// All sets with one seed come before the next seed; there is at least one.
  public static func sets(
    _ sets: [[Int]],
    of examples: Int,
    start: Start,
    seeds: [UInt64]
  ) -> SubsetDesign {
    SubsetDesign(
      examples: examples,
      start: start,
      seed: seeds[0],
      subsets: seeds.flatMap { seed in sets.map { Subset(seed: seed, members: $0) } }
    )
  }

  /// Trains on everything but each of some sets, once with every seed.
  ///
  /// All sets with one seed come before the next seed; there is at least one. Paired models skip what is
  /// left out in place, so that those of a seed see the others in the same batches.
  public static func without(
    _ sets: [[Int]],
    of examples: Int,
    start: Start,
    seeds: [UInt64],
    isPaired: Bool = false
  ) -> SubsetDesign {
    let subsets = seeds.flatMap { seed in
      sets.map { set in
        let absent = Set(set)
        return Subset(
          seed: seed,
          members: (0..<examples).filter { !absent.contains($0) },
          excluded: isPaired && !set.isEmpty ? set.sorted() : nil
        )
      }
    }
    return SubsetDesign(examples: examples, start: start, seed: seeds[0], subsets: subsets)
  }

  /// Trains coalitions of a game from the base with one seed; one may be empty.
  ///
  /// Where few are absent they are skipped in place: the others' batches are paired with the full set's.
  public static func coalitions(
    _ coalitions: [[Int]],
    of examples: Int,
    seed: UInt64
  ) -> SubsetDesign {
    let subsets = coalitions.map { coalition in
      let absent = examples - coalition.count
      guard absent > 0, absent * 10 <= examples else {
        return Subset(seed: seed, members: coalition)
      }
      let present = Set(coalition)
      return Subset(
        seed: seed,
        members: coalition,
        excluded: (0..<examples).filter { !present.contains($0) }
      )
    }
    return SubsetDesign(examples: examples, start: .base, seed: seed, subsets: subsets)
  }

  /// The same subsets with signed weights 1 − 2ξ, ξ ~ U(0, 1) from a stream of each model's seed.
  ///
  /// - SeeAlso: Pan et al., arXiv 2505.23223, eq. 5: objectives with a random linear term.
  public var signed: SubsetDesign {
    let subsets = subsets.map { subset in
      var generator = SplitMix64(seed: subset.seed, stream: 7)
      let weights = (0..<examples).map { _ in 1 - 2 * generator.uniform() }
      return Subset(
        seed: subset.seed,
        members: subset.members,
        weights: subset.members.map { weights[$0] },
        excluded: subset.excluded
      )
    }
    return SubsetDesign(examples: examples, start: start, seed: seed, subsets: subsets)
  }
}
