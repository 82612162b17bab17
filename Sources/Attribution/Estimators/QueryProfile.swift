/// A question: one query, or several queries that show the same behaviour.
public struct QueryProfile: Sendable, Hashable {
  /// How the queries of a group become one score.
  public enum Blend: String, Sendable, Hashable, CaseIterable {
    /// The members' z-scored losses, averaged, are one profile that examples are compared with.
    ///
    /// Averaging noisy profiles of one cause is the cheapest improvement there is.
    case average
    /// An example's score is the mean over the three members it scores highest with.
    ///
    /// For a behaviour that many separate causes feed, each behind some of the queries, where an
    /// average would drown them all.
    case nearest
  }

  /// The query's id, or a group's name.
  public let name: String
  /// Positions of the queries in the loss matrix, at least one.
  public let members: [Int]
  /// How members are blended; of no effect with one member.
  public let blend: Blend

  /// A profile of one or more queries, by their positions.
  public init(name: String, members: [Int], blend: Blend = .average) {
    precondition(!members.isEmpty)
    self.name = name
    self.members = members
    self.blend = blend
  }

  /// Whether it stands for several queries.
  public var isGroup: Bool { members.count > 1 }

  /// The profiles that are weighed on their own: one, or each member of a `nearest` group.
  var parts: [QueryProfile] {
    guard isGroup, blend == .nearest else { return [self] }
    return members.map { QueryProfile(name: name, members: [$0]) }
  }
}

/// The mean of the three highest values, or of all when there are fewer; 0 for none.
@inline(__always)
func meanOfHighest(_ count: Int, _ value: (Int) -> Double) -> Double {
  if count == 1 { return value(0) }
  var first = -Double.infinity
  var second = -Double.infinity
  var third = -Double.infinity
  for index in 0..<count {
    let next = value(index)
    if next > first {
      (first, second, third) = (next, first, second)
    } else if next > second {
      (second, third) = (next, second)
    } else if next > third {
      third = next
    }
  }
  switch count {
  case 0: return 0
  case 2: return (first + second) / 2
  default: return (first + second + third) / 3
  }
}
