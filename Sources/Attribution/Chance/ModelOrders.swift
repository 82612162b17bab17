import Experiment
import Statistics

/// Orders of the models, their own first: `order[k]` is the model whose place the query's k-th takes.
struct ModelOrders: Sendable {
  let all: [[Int]]
  /// Whether each order there is stands in the list once.
  let isExhaustive: Bool

  /// Draws orders, or lists all where there are no more than asked for.
  ///
  /// - Parameters:
  ///   - models: Number of models, K.
  ///   - permutations: Orders beside the models' own.
  ///   - seed: Seed of the draws.
  init(models: Int, permutations: Int, seed: UInt64) {
    let own = Array(0..<models)
    let count = (1...max(1, models)).reduce(1) { count, factor in
      count > permutations ? count : count * factor
    }
    isExhaustive = count - 1 <= permutations
    if isExhaustive {
      var orders = [own]
      while let next = Self.following(orders[orders.count - 1]) { orders.append(next) }
      all = orders
    } else {
      var generator = SplitMix64(seed: seed, stream: 0x6368_616E_6365)
      all = [own] + (0..<permutations).map { _ in generator.shuffled(own) }
    }
  }

  /// The order that follows in the dictionary; `nil` after the last.
  private static func following(_ order: [Int]) -> [Int]? {
    guard let rise = order.indices.dropLast().last(where: { order[$0] < order[$0 + 1] }),
      let swap = order.indices.last(where: { order[$0] > order[rise] })
    else { return nil }
    var next = order
    next.swapAt(rise, swap)
    next[(rise + 1)...].reverse()
    return next
  }

  /// Values moved to the places that an order gives them.
  static func moved<Value>(_ values: [Value], by order: [Int]) -> [Value] {
    order.map { values[$0] }
  }
}
