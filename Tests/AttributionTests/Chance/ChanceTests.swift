import Dispatch
import Experiment
import Glibc
import Statistics
import Testing

@testable import Attribution

struct ChanceTests {
  private func attributor(_ losses: LossMatrix, _ estimator: Estimator) throws -> Attributor {
    try Attributor(losses: losses, design: anyDesign(losses), estimator: estimator)
  }

  /// Columns without anything in common.
  private func noise(models: Int, count: Int, seed: UInt64) -> [[Double?]] {
    var generator = SplitMix64(seed: seed)
    return (0..<count).map { _ in (0..<models).map { _ in 6 + generator.normal() } }
  }

  @Test(arguments: Estimator.allCases, ["single", "average", "nearest"])
  func `all orders of five models give what scoring anew gives`(
    estimator: Estimator,
    kind: String
  ) throws {
    let columns = randomColumns(models: 5, count: 34, seed: 3)
    let losses = LossMatrix.columns(columns, queries: 4)
    let profile =
      switch kind {
      case "single": QueryProfile(name: kind, members: [2])
      case "average": QueryProfile(name: kind, members: [0, 1, 2, 3])
      default: QueryProfile(name: kind, members: [0, 1, 2, 3], blend: .nearest)
      }
    let chance = try #require(
      try attributor(losses, estimator).chance(for: [profile], seed: 0)[0].line
    )
    let scores = try permutations(of: Array(0..<5)).map { order in
      try attributor(shuffled(losses, by: order, estimator), estimator)
        .scores(for: [profile]).values
    }
    try expectSame(chance, as: scores)
    #expect(chance.permutations == 119 && chance.isExhaustive && chance.rows == 30)
  }

  @Test func `rows that lack losses and constant rows change nothing but their own scores`() throws
  {
    var columns = randomColumns(models: 5, count: 21, seed: 5)
    columns[3] = [Double?](repeating: 2, count: 5)
    columns[4][1] = nil
    columns[5] = [nil, nil, nil, 1, 2]
    let losses = LossMatrix.columns(columns, queries: 1)
    let profiles = singles(losses)
    let chance = try #require(
      try attributor(losses, .correlation).chance(for: profiles, seed: 0)[0].line
    )
    let scores = try permutations(of: Array(0..<5)).map { order in
      let all = try attributor(shuffled(losses, by: order, .correlation), .correlation)
        .scores(for: profiles)
      return all.values.indices.filter { all.measurable[$0] }.map { all.values[$0] }
    }
    #expect(chance.rows == 18)
    try expectSame(chance, as: scores)
  }

  @Test(arguments: Probing.Estimator.allCases, [QueryProfile.Blend.average, .nearest])
  func `shuffled queries of a probing run give what asking others gives`(
    estimator: Probing.Estimator,
    blend: QueryProfile.Blend
  ) throws {
    // Six queries, of which three are asked: 20 ways. Some rows lack losses.
    var columns = randomColumns(models: 6, count: 24, seed: 8)
    columns[2][0] = nil
    columns[7][4] = nil
    columns[7][5] = nil
    let losses = LossMatrix.columns(columns, queries: 4)
    let target: [Double?] = (0..<20).map { $0 == 11 ? nil : 1.5 + 0.1 * Double($0 % 4) }
    let probing = try Probing(
      losses: losses,
      queries: Array(0..<6),
      target: target,
      estimator: estimator
    )
    let chance = try #require(
      probing.chance(
        for: [QueryProfile(name: "g", members: [0, 1, 4], blend: blend)],
        seed: 0
      )[0].line
    )
    let scores = permutations(of: Array(0..<6)).map { order in
      let asked = order.indices.filter { [0, 1, 4].contains(order[$0]) }
      let list = try? probing.top(
        100,
        for: [QueryProfile(name: "g", members: asked, blend: blend)]
      )
      return (list ?? [])[0].sorted { $0.example < $1.example }.map(\.score)
    }
    try expectSame(chance, as: scores)
    #expect(chance.isExhaustive && chance.permutations == 719)
  }

  @Test(arguments: [Estimator.correlation, .logDC, .logDCFeedback, .ridge, .designRegression])
  func `where there is nothing to find, one run in twenty finds something`(
    estimator: Estimator
  ) throws {
    var found = 0
    for seed in UInt64(0)..<200 {
      let losses = LossMatrix.columns(noise(models: 9, count: 31, seed: 1000 + seed), queries: 1)
      let chance = try #require(
        try attributor(losses, estimator)
          .chance(for: singles(losses), permutations: 199, seed: seed)[0].line
      )
      #expect((chance.p <= 0.05) == (chance.above > 0))
      if chance.p <= 0.05 { found += 1 }
    }
    // 10 expected; the binomial leaves 1...22 once in two thousand.
    #expect((1...22).contains(found), "\(found) of 200")
  }

  @Test func `a planted row is above the line, and only planted rows are`() throws {
    var columns = noise(models: 20, count: 200, seed: 2)
    var generator = SplitMix64(seed: 4)
    let query = columns[199].map { $0 ?? 0 }
    for planted in [5, 90, 150] {
      columns[planted] = query.map { $0 + 0.1 * generator.normal() }
    }
    let losses = LossMatrix.columns(columns, queries: 1)
    let attributor = try attributor(losses, .correlation)
    let chance = try #require(attributor.chance(for: singles(losses), seed: 1)[0].line)
    let list = try attributor.top(3, for: singles(losses))[0]
    #expect(Set(list.map(\.example)) == [5, 90, 150])
    #expect(chance.above == 3 && chance.aboveByFDR >= 3)
    #expect(chance.p == 1 / 1001.0)
    #expect(chance.expectedFalse <= 0.1 && chance.falseShare == chance.expectedFalse / 3)
    #expect(chance.line < list[2].score && chance.median < chance.line)
    #expect((chance.commonShare ?? 1) < 0.2)
  }

  @Test func `what all rows share puts all above the line, and is told`() throws {
    var generator = SplitMix64(seed: 6)
    let common = (0..<20).map { _ in generator.normal() }
    let columns: [[Double?]] = (0..<80).map { _ in
      common.map { 8 + $0 + 0.2 * generator.normal() }
    }
    let losses = LossMatrix.columns(columns, queries: 1)
    let kept = try #require(
      try attributor(losses, .correlation).chance(for: singles(losses), seed: 1)[0].line
    )
    #expect(kept.above == 79 && kept.aboveByFDR == 79)
    #expect((kept.commonShare ?? 0) > 0.9)
    let centred = try #require(
      try attributor(losses, .logDC).chance(for: singles(losses), seed: 1)[0].line
    )
    #expect(centred.above < 5 && (centred.commonShare ?? 1) < 0.3)
  }

  @Test func `equal scores are at the line, whatever rounding says`() throws {
    // Half of the orders only swap equal losses: many shuffles score exactly as the models' own order.
    let query: [Double?] = [1, 1, 1, 2, 2, 2, 1, 2]
    let losses = LossMatrix.columns(
      [query, [0.1, 0.1, 0.1, 0.3, 0.3, 0.3, 0.1, 0.3], query],
      queries: 1
    )
    for estimator in [Estimator.covariance, .halfNorm, .correlation, .ridge, .ridgeLog] {
      let chance = try #require(
        try attributor(losses, estimator).chance(for: singles(losses), seed: 3)[0].line
      )
      // 70 ways to place four of eight: one in 70 orders is the models' own.
      #expect(chance.p > 0.005 && chance.p < 0.03, "\(estimator) \(chance.p)")
    }
  }

  @Test func `scale does not matter, however small losses are`() throws {
    let columns = randomColumns(models: 8, count: 30, seed: 7)
    let small = columns.map { $0.map { $0.map { $0 * 0x1p-90 } } }
    let plain = LossMatrix.columns(columns, queries: 1)
    let scaled = LossMatrix.columns(small, queries: 1)
    let first = try #require(
      try attributor(plain, .covariance).chance(for: singles(plain), seed: 1)[0].line
    )
    let second = try #require(
      try attributor(scaled, .covariance).chance(for: singles(scaled), seed: 1)[0].line
    )
    #expect(second.p == first.p && second.above == first.above)
    #expect(second.line == first.line * 0x1p-180)
  }

  @Test func `few models, few ways to choose and unmeasurable queries have a reason for no line`()
    throws
  {
    let few = LossMatrix.random(models: 4, examples: 6, queries: 1, seed: 1)
    let chance = try attributor(few, .correlation).chance(for: singles(few), seed: 0)
    #expect(
      chance == [
        .unknown(reason: "too few models for a line: 4, at least 5 are needed")
      ]
    )
    var columns = randomColumns(models: 8, count: 8, seed: 2)
    columns[7] = [Double?](repeating: 1, count: 8)
    let losses = LossMatrix.columns(columns, queries: 2)
    let both = try attributor(losses, .ridge).chance(for: singles(losses), seed: 0)
    #expect(both[0].line != nil)
    #expect(both[1].reason == "its losses are the same under every model")

    let probing = try Probing(
      losses: losses,
      queries: Array(0..<8),
      target: [Double?](repeating: 1, count: 6),
      estimator: .difference
    )
    #expect(
      probing.chance(
        for: [
          QueryProfile(name: "one", members: [3]),
          QueryProfile(name: "all", members: Array(0..<8)),
        ],
        seed: 0
      ).map(\.reason) == [
        "too few queries to compare with: there are 8 ways to choose 1 of 8",
        "too few queries to compare with: there is one way to choose 8 of 8",
      ]
    )
  }

  @Test(arguments: [Estimator.logDCFeedback, .ridgeLog])
  func `threads and the order of the work change nothing`(estimator: Estimator) throws {
    let losses = LossMatrix.random(models: 9, examples: 700, queries: 3, seed: 2)
    let attributor = try attributor(losses, estimator)
    let profiles =
      singles(losses) + [QueryProfile(name: "near", members: [0, 1, 2], blend: .nearest)]
    let plain = attributor.chance(for: profiles, permutations: 40, seed: 5)
    let spread = attributor.chance(
      for: profiles,
      permutations: 40,
      seed: 5,
      arithmetic: SpreadArithmetic()
    )
    #expect(plain == spread)
    #expect(plain != attributor.chance(for: profiles, permutations: 40, seed: 6))
  }
}

/// The plain worker on many threads, parts from the last to the first.
private struct SpreadArithmetic: BlockArithmetic {
  func perform(_ parts: Int, _ body: @Sendable (Int, any BlockWorker) -> Void) {
    DispatchQueue.concurrentPerform(iterations: parts) { part in
      PlainArithmetic().perform(1) { _, worker in body(parts - 1 - part, worker) }
    }
  }
}

/// All orders, by recursion.
private func permutations(of places: [Int]) -> [[Int]] {
  guard places.count > 1 else { return [places] }
  return places.flatMap { first in
    permutations(of: places.filter { $0 != first }).map { [first] + $0 }
  }
}

/// The same losses with the queries' profiles shuffled as a whole.
///
/// What log-dc takes out of a query's losses is put back where the shuffled profile lands.
private func shuffled(
  _ losses: LossMatrix,
  by order: [Int],
  _ estimator: Estimator
) -> LossMatrix {
  let models = losses.models.count
  let train = losses.train.count
  func value(_ column: Int, _ model: Int) -> Double { losses.values[column * models + model] }
  let isLog = estimator.form.centring == .mean
  let drift = (0..<models).map { model in
    isLog ? mean(of: (0..<train).map { log(value($0, model) + 1e-6) }) : 0
  }
  var result = losses
  for query in losses.queries.indices {
    for model in 0..<models {
      let source = value(train + query, order[model])
      let shifted =
        isLog
        ? exp(log(source + 1e-6) - drift[order[model]] + drift[model]) - 1e-6 : source
      result[model: model, column: train + query] = .measured(shifted)
    }
  }
  return result
}

/// Compares a line with the definition, applied to scores under every order, the models' own first.
private func expectSame(
  _ chance: ChanceLine,
  as scores: [[Double]],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let scale = scores.joined().reduce(0) { max($0, abs($1)) }
  let tolerance = 2e-5 * scale
  let maxima = scores.map { $0.max() ?? -.infinity }
  let own = maxima[0]
  let others = maxima.dropFirst().sorted()
  let count = others.count
  let line = others[count - (count + 1) / 20]
  func falseRows(above threshold: Double) -> Double {
    var sum = 0
    for list in scores.dropFirst() { sum += list.count { $0 > threshold } }
    return Double(sum) / Double(count)
  }
  #expect(abs(chance.best - own) < tolerance, sourceLocation: sourceLocation)
  #expect(abs(chance.line - line) < tolerance, sourceLocation: sourceLocation)
  #expect(abs(chance.median - others[(count - 1) / 2]) < tolerance, sourceLocation: sourceLocation)
  let reaching = others.count { $0 >= own - tolerance }
  #expect(chance.p == Double(1 + reaching) / Double(1 + count), sourceLocation: sourceLocation)
  #expect(
    chance.above == scores[0].count { $0 > line + tolerance },
    sourceLocation: sourceLocation
  )
  let falls = falseRows(above: line + tolerance)
  #expect(abs(chance.expectedFalse - falls) < 1e-12, sourceLocation: sourceLocation)
  // The list by FDR is one that keeps to 5 %, and no longer than the longest.
  let lists = scores[0].filter { threshold in
    let rows = scores[0].count { $0 >= threshold }
    return threshold > tolerance && falseRows(above: threshold - tolerance) <= 0.05 * Double(rows)
  }
  let longest = lists.map { threshold in scores[0].count { $0 >= threshold } }.max() ?? 0
  #expect(chance.aboveByFDR <= longest, sourceLocation: sourceLocation)
  if let edge = chance.lineByFDR {
    #expect(chance.aboveByFDR == scores[0].count { $0 >= edge }, sourceLocation: sourceLocation)
  } else {
    #expect(chance.aboveByFDR == 0, sourceLocation: sourceLocation)
  }
}
