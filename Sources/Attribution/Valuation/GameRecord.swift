/// Asks a game for coalitions, for each only once, and checks what comes back.
struct GameRecord {
  let game: DataGame
  /// Coalitions that the game was asked for.
  private(set) var trainings = 0
  /// Utilities by coalition, whose members are the set bits.
  private var known: [[UInt64]: [Double]] = [:]
  /// Utilities that are kept at most: coalitions of many players hardly ever come twice.
  private let capacity = 1 << 22

  init(_ game: DataGame) { self.game = game }

  /// The utilities of ascending coalitions.
  mutating func utilities(of coalitions: [[Int]]) async throws -> [[Double]] {
    let keys = coalitions.map(key)
    var answered: [[UInt64]: [Double]] = [:]
    var asked: [Int] = []
    for (place, key) in keys.enumerated() where answered[key] == nil {
      if let values = known[key] {
        answered[key] = values
      } else {
        // Marks the coalition as asked for.
        answered[key] = []
        asked.append(place)
      }
    }
    if !asked.isEmpty {
      let replies = try await game.utilities(asked.map { coalitions[$0] })
      try check(replies, of: asked.map { coalitions[$0] })
      trainings += asked.count
      for (place, values) in zip(asked, replies) {
        answered[keys[place]] = values
        if known.count * game.queries.count < capacity { known[keys[place]] = values }
      }
    }
    return keys.map { answered[$0] ?? [] }
  }

  private func key(_ coalition: [Int]) -> [UInt64] {
    var bits = [UInt64](repeating: 0, count: (game.train.count + 63) / 64)
    for member in coalition { bits[member / 64] |= 1 << UInt64(member % 64) }
    return bits
  }

  private func check(_ replies: [[Double]], of coalitions: [[Int]]) throws(AttributionError) {
    guard replies.count == coalitions.count,
      replies.allSatisfy({ $0.count == game.queries.count })
    else {
      throw AttributionError(
        .mismatch,
        "cannot value training examples",
        cause: "\(coalitions.count) coalitions and \(game.queries.count) queries were asked for, "
          + "but \(replies.count) coalitions with \(replies.map(\.count).min() ?? 0) came back"
      )
    }
    for (coalition, values) in zip(coalitions, replies) {
      if let query = values.firstIndex(where: { !$0.isFinite }) {
        throw AttributionError.notFinite(
          values[query],
          query: game.queries[query],
          trainedOn: coalition.count
        )
      }
    }
  }
}
