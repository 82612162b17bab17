import Attribution
import Synchronization

/// A game given by a table or formula, with a record of what was asked for.
final class TableGame: Sendable {
  /// Coalitions asked for, batch by batch.
  private let asked = Mutex<[[[Int]]]>([])
  private let players: Int
  private let queries: Int
  private let value: @Sendable (_ coalition: [Int], _ query: Int) -> Double

  init(
    players: Int,
    queries: Int = 1,
    _ value: @escaping @Sendable (_ coalition: [Int], _ query: Int) -> Double
  ) {
    self.players = players
    self.queries = queries
    self.value = value
  }

  /// v(∅) = 0, v(1) = 1, v(2) = 2, v(3) = 0, v(12) = 4, v(13) = 1, v(23) = 3, v(123) = 6.
  static func golden() -> TableGame {
    TableGame(players: 3) { coalition, _ in
      let values: [[Int]: Double] = [
        [0]: 1, [1]: 2, [2]: 0, [0, 1]: 4, [0, 2]: 1, [1, 2]: 3, [0, 1, 2]: 6,
      ]
      return values[coalition] ?? 0
    }
  }

  /// The game, whose closure keeps a record.
  func game() throws -> DataGame {
    try DataGame(
      train: (0..<players).map { "t\($0)" },
      queries: (0..<queries).map { "q\($0)" }
    ) { coalitions in
      self.asked.withLock { $0.append(coalitions) }
      return coalitions.map { coalition in
        (0..<self.queries).map { self.value(coalition, $0) }
      }
    }
  }

  /// Size of each batch.
  var batches: [Int] { asked.withLock { $0.map(\.count) } }

  /// All coalitions asked for, in order.
  var coalitions: [[Int]] { asked.withLock { $0.flatMap(\.self) } }

  /// The exact semivalue by enumeration, where `weight(size)` is the weight of one coalition without the
  /// player.
  func exact(query: Int = 0, weight: (Int) -> Double) -> [Double] {
    (0..<players).map { player in
      (0..<1 << players).reduce(0) { sum, mask in
        guard mask & (1 << player) == 0 else { return sum }
        let members = (0..<players).filter { mask & (1 << $0) != 0 }
        let joined = (members + [player]).sorted()
        return sum + weight(members.count) * (value(joined, query) - value(members, query))
      }
    }
  }
}
