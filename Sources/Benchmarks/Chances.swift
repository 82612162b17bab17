import Attribution
import Commands
import Experiment
import Foundation
import Statistics

/// Chance lines of single queries over losses without any signal.
///
/// - Parameter words: `[ROWS] [MODELS] [QUERIES] [ESTIMATOR]`.
/// - Throws: What the estimator throws.
func chance(_ words: ArraySlice<String>) throws {
  var words = words
  let estimator = words.last.flatMap(Estimator.init(rawValue:))
  if estimator != nil { words.removeLast() }
  let sizes = words.compactMap { Int($0) }
  guard sizes.count == words.count, sizes.count <= 3, sizes.allSatisfy({ $0 > 0 }) else {
    print("usage: Benchmarks chance [ROWS] [MODELS] [QUERIES] [ESTIMATOR]")
    exit(64)
  }
  let rows = sizes.first ?? 100_000
  let models = sizes.dropFirst().first ?? 50
  let queries = sizes.dropFirst(2).first ?? 100
  var generator = SplitMix64(seed: 1)
  var losses = LossMatrix(
    models: (0..<models).map { "m\($0)" },
    train: (0..<rows).map { "t\($0)" },
    queries: (0..<queries).map { "q\($0)" }
  )
  for column in 0..<losses.columns {
    for model in 0..<models {
      losses[model: model, column: column] = .measured(3 + generator.uniform())
    }
  }
  let attributor = try Attributor(
    losses: losses,
    design: .random(examples: rows, models: models, size: max(1, rows / 10), start: .base, seed: 1),
    estimator: estimator ?? .logDC
  )
  let profiles = (0..<queries).map { QueryProfile(name: "q\($0)", members: [$0]) }
  let permutations = 1000
  var chances: [Chance] = []
  let began = processorSeconds
  let time = seconds {
    chances = attributor.chance(
      for: profiles,
      permutations: permutations,
      seed: 1,
      arithmetic: KernelArithmetic()
    )
  }
  let busy = processorSeconds - began
  let passes = attributor.estimator == .logDCFeedback ? 2.0 : 1
  let work = 2 * passes * Double(rows * models) * Double(queries * (permutations + 1))
  let found = chances.count { $0.line.map { $0.above > 0 } ?? false }
  print(
    "chance lines by \(attributor.name), \(rows) rows, \(models) models, \(queries) queries, "
      + "\(permutations) shuffles"
  )
  print(
    "  \(time.formatted) s, \((time / Double(queries)).formatted) s a query, "
      + "\((work / time / 1e9).formatted) GFLOP/s; \(busy.formatted) s of processor time, "
      + "\((work / busy / 1e9).formatted) GFLOP/s a thread"
  )
  print("  peak memory \(peakMebibytes.map { "\($0) MiB" } ?? "not known")")
  print("  \(found) of \(queries) queries with a row above chance, 5 % expected")
}

/// The most memory this process has held.
private var peakMebibytes: Int? {
  let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
  let line = text?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
  return line?.split(separator: " ").compactMap { Int($0) }.first.map { $0 / 1024 }
}
