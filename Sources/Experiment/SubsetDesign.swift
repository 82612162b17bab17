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
  /// One perturbed model's share of the training set.
  public struct Draw: Sendable, Hashable, Codable {
    /// Seed of this model's training (data order, initialisation of adapters).
    public let seed: UInt64
    /// Positions of its training examples in corpus order, ascending and distinct.
    public let members: [Int]
    /// Training weight of each member, same count as `members`, of either sign; `nil` when all are 1.
    public let weights: [Double]?
    /// Others that are put in order and in batches with the members, but skipped there; `nil` for none.
    ///
    /// Models that differ by a few such examples see all others in the same batches: they are paired. No
    /// host offers it.
    public let excluded: [Int]?

    /// Creates a draw.
    public init(
      seed: UInt64,
      members: [Int],
      weights: [Double]? = nil,
      excluded: [Int]? = nil
    ) {
      self.seed = seed
      self.members = members
      self.weights = weights
      self.excluded = excluded
    }
  }

  /// Size of the training set that was drawn from.
  public let examples: Int
  /// Where every perturbed model starts.
  public let start: Start
  /// The seed all draws came from.
  public let seed: UInt64
  /// One draw a perturbed model, in model order.
  public let draws: [Draw]

  /// Creates a design from its draws.
  public init(examples: Int, start: Start, seed: UInt64, draws: [Draw]) {
    self.examples = examples
    self.start = start
    self.seed = seed
    self.draws = draws
  }

  /// Number of perturbed models, K.
  public var models: Int { draws.count }

  /// The design of the first of its models alone.
  public func first(_ models: Int) -> SubsetDesign {
    SubsetDesign(examples: examples, start: start, seed: seed, draws: Array(draws.prefix(models)))
  }

  /// Each example's training weight in one model: `examples` values, 0 where it was absent.
  public func weights(model: Int) -> [Double] {
    var row = [Double](repeating: 0, count: examples)
    let draw = draws[model]
    for (position, member) in draw.members.enumerated() {
      row[member] = draw.weights?[position] ?? 1
    }
    return row
  }
}
