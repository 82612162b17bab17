/// A question: one query, or several queries that show the same behaviour.
///
/// The members' losses over the models, averaged, are the profile that training examples are compared
/// with. Members of a group are z-scored first, so that none drowns the others; averaging k noisy
/// profiles of one behaviour is the cheapest improvement there is.
public struct QueryProfile: Sendable, Hashable {
  /// The query's id, or a group's name.
  public let name: String
  /// Positions of the queries in the loss matrix, at least one.
  public let members: [Int]

  /// Creates a profile from a name and one or more query positions.
  public init(name: String, members: [Int]) {
    precondition(!members.isEmpty)
    self.name = name
    self.members = members
  }

  /// Whether it stands for several queries.
  public var isGroup: Bool { members.count > 1 }
}
