import Experiment

/// Maxima and counts of all orders, and the scores of the first.
struct TallySink: BlockSink {
  /// The best score under each order; −∞ for no row.
  private(set) var maxima: [Float]
  /// Scores under the first order, by row.
  private(set) var observed: [Float] = []

  private let bins: ScoreBins
  /// Scores of blocks by bin, those of the first order counted in.
  private var blocks = [UInt32](repeating: 0, count: ScoreBins.count)
  /// What to add to that.
  private var counts = [Int](repeating: 0, count: ScoreBins.count)

  init(orders: Int, bins: ScoreBins) {
    maxima = [Float](repeating: -.infinity, count: orders)
    self.bins = bins
  }

  mutating func take(_ block: borrowing ScoreBlock, _ worker: any BlockWorker) {
    var highest = [Float](repeating: -.infinity, count: block.width)
    worker.raise(&highest, by: block.scores)
    for (place, order) in block.orders.enumerated() {
      maxima[order] = max(maxima[order], highest[place])
    }
    worker.count(block.scores, from: bins.lowest, in: &blocks)
    if block.orders.lowerBound == 0 {
      for place in stride(from: 0, to: block.scores.count, by: block.width) {
        observe(block.scores[place])
      }
    }
  }

  /// Takes one score of a row that is in no block.
  mutating func take(_ score: Float, order: Int) {
    maxima[order] = max(maxima[order], score)
    counts[bins.bin(of: score)] += 1
    if order == 0 { observe(score) }
  }

  func following() -> Self { Self(orders: maxima.count, bins: bins) }

  mutating func merge(_ later: Self) {
    for order in maxima.indices { maxima[order] = max(maxima[order], later.maxima[order]) }
    observed += later.observed
    for bin in counts.indices {
      counts[bin] += later.counts[bin] + Int(later.blocks[bin])
    }
  }

  private mutating func observe(_ score: Float) {
    observed.append(score)
    // It is no shuffle's.
    counts[bins.bin(of: score)] -= 1
  }
}

extension TallySink {
  /// The line that was tallied.
  ///
  /// - Parameters:
  ///   - slack: By how much equal scores may differ.
  ///   - scale: What a score is multiplied by at last.
  ///   - orders: The orders.
  ///   - commonShare: Share of what losses differ by that all rows have in common.
  ///   - exceeding: Counts the scores above a threshold under some orders.
  /// - Returns: The line, or why there is none.
  func chance(
    slack: Double,
    scale: Double,
    orders: ModelOrders,
    commonShare: Double?,
    exceeding: (_ threshold: Double, _ orders: [Int]) -> Int
  ) -> Chance {
    guard let best = maxima.first.map({ Double($0) }), best.isFinite else {
      return .unknown(reason: "no row can be scored")
    }
    let shuffled = maxima.dropFirst().map { Double($0) }
    let permutations = shuffled.count
    let sorted = shuffled.sorted()
    // The models' own order is one of all: then its best row is above the line exactly if p is 5 % or less.
    let rank = permutations + 1 - Int(ChanceLine.level * Double(permutations + 1))
    guard rank <= permutations else { return .unknown(reason: "too few shuffles for a line") }
    let line = sorted[rank - 1] + slack
    let beyond = maxima.indices.dropFirst().filter { Double(maxima[$0]) > line }
    let falls = beyond.isEmpty ? 0 : exceeding(line, beyond)
    let list = longestList(slack: slack, permutations: permutations)
    return .line(
      ChanceLine(
        line: line * scale,
        best: best * scale,
        median: sorted[(permutations - 1) / 2] * scale,
        p: Double(1 + shuffled.count { $0 >= best - slack }) / Double(1 + permutations),
        above: observed.count { Double($0) > line },
        expectedFalse: Double(falls) / Double(permutations),
        aboveByFDR: list?.rows ?? 0,
        lineByFDR: list.map { $0.edge * scale },
        rows: observed.count,
        permutations: permutations,
        isExhaustive: orders.isExhaustive,
        commonShare: commonShare
      )
    )
  }

  /// The longest list by score of which at most 5 % are expected to be false.
  private func longestList(slack: Double, permutations: Int) -> (rows: Int, edge: Double)? {
    var own = [Int](repeating: 0, count: ScoreBins.count)
    for score in observed { own[bins.bin(of: Float(Double(score) - slack))] += 1 }
    var (rows, shuffled) = (0, 0)
    var longest: (rows: Int, edge: Double)?
    for bin in (1..<ScoreBins.count).reversed() {
      rows += own[bin]
      shuffled += counts[bin] + Int(blocks[bin])
      if rows > 0, own[bin] > 0,
        Double(shuffled) <= ChanceLine.level * Double(rows) * Double(permutations)
      {
        longest = (rows, Double(bins.edge(of: bin)) + slack)
      }
    }
    return longest
  }
}
