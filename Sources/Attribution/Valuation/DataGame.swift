/// The cooperative game of a training set: players are training examples, or groups of them, and a
/// coalition is worth what a model trained on it achieves for each query.
///
/// Every method asks for as many coalitions at a time as it can, so that the caller may train them in
/// parallel; a caller that keeps what it trained can stop and resume, since the same seed asks for the
/// same coalitions in the same order.
public struct DataGame: Sendable {
  /// Trains a model on each coalition and measures it.
  ///
  /// A coalition lists positions of players, ascending and distinct; it may be empty, which stands for
  /// the untrained model. The answer holds, for each coalition, one utility a query: higher is
  /// better, such as minus the loss. Utilities must depend on nothing but the coalition.
  public typealias Utilities = @Sendable (_ coalitions: [[Int]]) async throws -> [[Double]]

  /// Ids of the players.
  public let train: [String]
  /// Ids of the queries.
  public let queries: [String]
  /// What coalitions are worth.
  public let utilities: Utilities

  /// Creates a game.
  ///
  /// - Parameters:
  ///   - train: Ids of the players, at least one.
  ///   - queries: Ids of the queries, at least one.
  ///   - utilities: What coalitions are worth.
  /// - Throws: `invalidDesign` when there is no player or no query.
  public init(
    train: [String],
    queries: [String],
    utilities: @escaping Utilities
  ) throws(AttributionError) {
    guard !train.isEmpty, !queries.isEmpty else {
      throw AttributionError(
        .invalidDesign,
        "cannot value training examples",
        cause: train.isEmpty ? "the training set is empty" : "there is no query"
      )
    }
    self.train = train
    self.queries = queries
    self.utilities = utilities
  }

  /// The game whose players are groups of this game's players.
  ///
  /// Players in no group are in every coalition.
  ///
  /// - Parameters:
  ///   - groups: Positions of each group's members.
  ///   - names: One name a group.
  /// - Returns: A game of `groups.count` players.
  /// - Throws: `invalidDesign` when a group is empty, or a player is in two groups or unknown.
  public func grouped(_ groups: [[Int]], names: [String]) throws(AttributionError) -> DataGame {
    precondition(groups.count == names.count)
    var isGrouped = [Bool](repeating: false, count: train.count)
    for (group, name) in zip(groups, names) {
      guard !group.isEmpty else {
        throw AttributionError(
          .invalidDesign,
          "cannot leave out group '\(name)'",
          cause: "it has no members"
        )
      }
      for member in group {
        guard train.indices.contains(member), !isGrouped[member] else {
          throw AttributionError(
            .invalidDesign,
            "cannot leave out group '\(name)'",
            cause: train.indices.contains(member)
              ? "'\(train[member])' is in two groups"
              : "it names row \(member) of \(train.count)"
          )
        }
        isGrouped[member] = true
      }
    }
    let always = train.indices.filter { !isGrouped[$0] }
    let utilities = utilities
    return try DataGame(train: names, queries: queries) { coalitions in
      try await utilities(
        coalitions.map { coalition in (always + coalition.flatMap { groups[$0] }).sorted() }
      )
    }
  }
}
