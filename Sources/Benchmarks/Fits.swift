import Attribution
import Experiment
import Foundation
import Kernels
import ReferenceModels
import Runs
import Statistics

/// What `fits` compares with what.
private struct Order {
  var fits = 400
  var python = "python3"

  init?(_ words: ArraySlice<String>) {
    var words = words
    if let first = words.first, let fits = Int(first), fits >= 2 {
      self.fits = fits
      words.removeFirst()
    }
    if words.count == 2, words.first == "--numpy", let python = words.last {
      self.python = python
      words = []
    }
    guard words.isEmpty else { return nil }
  }
}

private let fitting = ConvexFit(ridge: 1e-3, tolerance: 1e-6)
private let rounds = 5
private let threads = 2

/// Softmax fits on random halves, in turns with `numpy_softmax.py`, which fits the same data.
///
/// Plain fits run the script's algorithm, L-BFGS from zeros; the laboratory's start from the fit on all
/// rows with its factored Hessian. Both count towards it what is done once: batches, that fit.
///
/// - Parameter words: `[FITS] [--numpy PYTHON]`: number of halves, and a Python that has NumPy and SciPy.
/// - Throws: What a fit throws, or a process.
func fits(_ words: ArraySlice<String>) async throws {
  guard let order = Order(words) else {
    print("usage: Benchmarks fits [FITS] [--numpy PYTHON]")
    exit(64)
  }
  let (model, halves) = problem(fits: order.fits)
  var times = (plain: [Double](), laboratory: [Double](), numpy: [Double](), scipy: [Double]())
  var objectives: [String: Double] = [:]
  for _ in 0..<rounds {
    for isPlain in [true, false] {
      let (objective, time) = try await fit(model, halves, isPlain: isPlain)
      objectives[isPlain ? "plain" : "laboratory"] = objective
      if isPlain { times.plain.append(time) } else { times.laboratory.append(time) }
    }
    let script = try Script(order)
    times.numpy.append(script.rows[0].seconds)
    times.scipy.append(script.rows[1].seconds)
    objectives["numpy"] = script.rows[0].objective
    objectives["scipy"] = script.rows[1].objective
  }
  let all = objectives.values.sorted()
  guard let least = all.first, let most = all.last, most - least <= 1e-8 else {
    print("the fits do not reach the same mean objective: \(objectives)")
    exit(1)
  }
  print("\(order.fits) softmax fits, 500 x 65, 10 classes, mean objective \(least)")
  print("best of \(rounds) in turns, \(threads) threads against \(threads) processes")
  let best = (numpy: times.numpy.min() ?? 0, scipy: times.scipy.min() ?? 0)
  for (name, list) in [("plain L-BFGS", times.plain), ("as the laboratory", times.laboratory)] {
    let seconds = list.min() ?? .nan
    print(
      "\(name): \(seconds.formatted) s; the same in NumPy \(best.numpy.formatted) s, "
        + "\((best.numpy / seconds).formatted) times as long; in SciPy \(best.scipy.formatted) s, "
        + "\((best.scipy / seconds).formatted) times"
    )
  }
}

/// The script's data and halves.
private func problem(fits: Int) -> (model: MultilayerPerceptron, halves: [[Int]]) {
  let (rows, features, classes) = (1000, 64, 10)
  var generator = SplitMix64(seed: 5, stream: 1)
  let means = (0..<classes * features).map { _ in generator.uniform() }
  var matrix = DoubleMatrix(rows: rows, columns: features)
  for row in 0..<rows {
    for column in 0..<features {
      let mean = means[row % classes * features + column]
      matrix[row, column] = 0.3 * mean + 0.7 * generator.uniform()
    }
  }
  // The script's 65th feature of ones is the layer's bias.
  let data = LabelledData(
    features: matrix,
    labels: (0..<rows).map { $0 % classes },
    classes: classes
  )
  generator = SplitMix64(seed: 5, stream: 2)
  return (MultilayerPerceptron(data), (0..<fits).map { _ in generator.sample(500, of: rows) })
}

/// Fits every half on two threads.
private func fit(
  _ model: MultilayerPerceptron,
  _ halves: [[Int]],
  isPlain: Bool
) async throws -> (objective: Double, seconds: Double) {
  let clock = ContinuousClock()
  let begin = clock.now
  let rows = Array(0..<model.count)
  let task = LearningTask(
    name: "fits",
    model: model,
    train: rows,
    queries: [0],
    recipe: .convergence(fitting)
  )
  let found = try await DesignRunner(threads: threads).losses(
    of: .sets(halves, of: rows.count, start: .base, seeds: [0]),
    by: Fitter(
      model: model,
      trainer: isPlain ? nil : SubsetTrainer(TargetModel(task, seed: 0))
    )
  )
  return (mean(of: found.losses.values), (clock.now - begin) / .seconds(1))
}

/// The laboratory's fits, or plain ones from zeros; the loss that it reads is the minimum it reached.
private struct Fitter: ModelMaker {
  let model: MultilayerPerceptron
  let trainer: SubsetTrainer?

  var train: [String] { [] }
  var queries: [String] { ["objective"] }

  func add(to key: inout ContentKey) {}

  func losses(of subset: Subset, from start: Start) throws -> [Double] {
    let point =
      try trainer?.parameters(of: subset, from: start)
      ?? fitting.fit(model, on: subset.members, from: model.initialParameters(seed: 0))
    let losses = model.losses(of: subset.members, at: point)
    return [mean(of: losses) + fitting.ridge / 2 * dot(point, point)]
  }
}

/// What one run of `numpy_softmax.py` printed.
private struct Script {
  var rows: [(seconds: Double, objective: Double)] = []

  init(_ order: Order) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "numpy_softmax.py").path
    // One BLAS thread a process: with more they wait for each other on products this small.
    process.arguments = [
      "OPENBLAS_NUM_THREADS=1", order.python, file, "\(order.fits)", "\(threads)",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    for line in text.split(separator: "\n") {
      let fields = line.split(whereSeparator: { " ,;".contains($0) })
      func number(before word: String) -> Double? {
        fields.firstIndex { $0 == word }.flatMap { Double(fields[$0 - 1]) }
      }
      func number(after word: String) -> Double? {
        fields.firstIndex { $0 == word }.flatMap { Double(fields[$0 + 1]) }
      }
      if let seconds = number(before: "s"), let objective = number(after: "objective") {
        rows.append((seconds, objective))
      }
    }
    guard rows.count == 2 else {
      print("'\(order.python)' did not run \(file): it needs NumPy and SciPy")
      exit(1)
    }
  }
}
