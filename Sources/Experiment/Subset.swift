/// The units that one perturbed model holds, such as the training rows it is tuned on.
public struct Subset: Sendable, Hashable, Codable {
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

  /// A subset of which every member counts as 1, unless `weights` says otherwise.
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
