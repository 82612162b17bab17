public import Experiment
import Statistics

extension SubsetDesign {
  /// The subset size that a share of the training set stands for: `ratio × examples`, rounded.
  ///
  /// - Parameters:
  ///   - ratio: Share of the training set, above 0 and at most 1.
  ///   - examples: Size of the training set.
  /// - Returns: At least 0; `random` refuses 0.
  /// - Throws: `invalidDesign` when the ratio is out of range.
  public static func size(ratio: Double, of examples: Int) throws(AttributionError) -> Int {
    guard ratio > 0, ratio <= 1 else {
      throw AttributionError(
        .invalidDesign,
        "cannot draw subsets of ratio '\(ratio)'",
        cause: "a ratio is above 0 and at most 1",
        hint: "ratios from 0.1 to 0.5 are usual"
      )
    }
    return Int((ratio * Double(examples)).rounded())
  }

  /// Draws independent uniform subsets without replacement, one for each perturbed model.
  ///
  /// All subsets have the same size, so that the drift every fine-tune shares cancels when losses are
  /// centred over models. Each model draws from its own stream of the seed: a design of 50 models
  /// starts with the design of 25.
  ///
  /// - Parameters:
  ///   - examples: Size of the training set.
  ///   - models: Number of perturbed models, K.
  ///   - size: Members of each subset.
  ///   - start: The model every perturbation starts from.
  ///   - seed: Seed of all draws.
  ///   - weighted: Whether members carry weights w = 2(1 − ξ), ξ uniform in [0, 1), instead of 1.
  /// - Returns: A design with one subset a model.
  /// - Throws: `invalidDesign` for no models, no members, or more members than examples.
  /// - SeeAlso: Pan et al., arXiv 2505.23223: the weights are its perturbation shifted by a constant.
  public static func random(
    examples: Int,
    models: Int,
    size: Int,
    start: Start,
    seed: UInt64,
    weighted: Bool = false
  ) throws(AttributionError) -> SubsetDesign {
    guard models >= 1 else {
      throw AttributionError(
        .invalidDesign,
        "cannot draw '\(models)' subsets",
        cause: "at least one model is needed"
      )
    }
    guard size >= 1 else {
      throw AttributionError(
        .invalidDesign,
        "cannot draw subsets of '\(size)' examples",
        cause: "a perturbed model needs at least one training example",
        hint: "raise the subset ratio or size"
      )
    }
    guard size <= examples else {
      throw AttributionError(
        .invalidDesign,
        "cannot draw subsets of '\(size)' examples",
        cause: "the training set has only \(examples)",
        hint: "lower the subset size"
      )
    }
    let subsets = (0..<models).map { model in
      var generator = SplitMix64(seed: seed, stream: UInt64(model))
      let members = generator.sample(size, of: examples)
      let weights = weighted ? members.map { _ in 2 * (1 - generator.uniform()) } : nil
      return Subset(seed: generator.next(), members: members, weights: weights)
    }
    return SubsetDesign(examples: examples, start: start, seed: seed, subsets: subsets)
  }

  /// The design of in-context probing: each query makes a model, which sees no training example.
  ///
  /// - Parameters:
  ///   - examples: Size of the training set.
  ///   - queries: Number of queries.
  ///   - seed: The run's seed, which decides nothing here.
  /// - Returns: A design with one subset a query, without members.
  public static func probing(examples: Int, queries: Int, seed: UInt64) -> SubsetDesign {
    SubsetDesign(
      examples: examples,
      start: .target,
      seed: seed,
      subsets: [Subset](repeating: Subset(seed: seed, members: []), count: queries)
    )
  }
}
