/// The model a perturbation starts from.
public enum Start: String, Sendable, Hashable, Codable, CaseIterable {
  /// θ0, the tuned model that is to be explained (the paper's choice).
  case target
  /// The model θ0 was itself tuned from.
  case base
}

/// Which training examples each perturbed model saw, and how much each counted.
///
/// The design is data, not a recipe: whoever holds it can recompute every score without the program
/// that drew it.
public struct SubsetDesign: Sendable, Hashable, Codable {
  /// Size of the training set that was drawn from.
  public let examples: Int
  /// Where every perturbed model starts.
  public let start: Start
  /// The seed all subsets were drawn from.
  public let seed: UInt64
  /// One subset a perturbed model, in model order.
  public let subsets: [Subset]

  /// A design of which all is known; see `SubsetDesign.random` for one that is drawn.
  public init(examples: Int, start: Start, seed: UInt64, subsets: [Subset]) {
    self.examples = examples
    self.start = start
    self.seed = seed
    self.subsets = subsets
  }

  /// Number of perturbed models, K.
  public var models: Int { subsets.count }

  /// The design of the first of its models alone.
  public func first(_ models: Int) -> SubsetDesign {
    SubsetDesign(
      examples: examples,
      start: start,
      seed: seed,
      subsets: Array(subsets.prefix(models))
    )
  }

  /// The same subsets of a set of another size, such as that of the queries where members are queries.
  public func drawn(from examples: Int) -> SubsetDesign {
    SubsetDesign(examples: examples, start: start, seed: seed, subsets: subsets)
  }

  /// Each example's training weight in one model: `examples` values, 0 where it was absent.
  public func weights(model: Int) -> [Double] {
    var row = [Double](repeating: 0, count: examples)
    let subset = subsets[model]
    for (position, member) in subset.members.enumerated() {
      row[member] = subset.weights?[position] ?? 1
    }
    return row
  }
}
