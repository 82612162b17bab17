import Experiment
import Kernels
import ReferenceModels
import WhiteBox
import Synchronization

@testable import Validation

/// A small subject with planted rows: softmax regression fitted to convergence.
func smallSubject(
  train: Int = 120,
  recipe: Validation.Recipe = .convergence(ConvexFit(ridge: 1e-2, tolerance: 1e-9)),
  hidden: [Int] = []
) -> Subject {
  var wanted = GeneratedRecipe()
  wanted.train = train
  wanted.queries = 12
  wanted.features = 8
  wanted.classes = 3
  wanted.flipped = 0.1
  wanted.triggered = 0.1
  wanted.decoys = 0.1
  wanted.triggeredQueries = 6
  let made = LabelledData.generated(wanted, seed: 4)
  return Subject(
    name: "small",
    model: MultilayerPerceptron(made.data, hidden: hidden),
    train: Array(0..<made.trainCount),
    queries: Array(made.trainCount..<made.data.labels.count),
    trainTags: Array(made.tags.prefix(made.trainCount)),
    queryTags: Array(made.tags.dropFirst(made.trainCount)),
    labelled: made.data,
    recipe: recipe,
    fingerprint: "small \(train) \(hidden)"
  )
}

/// A validation of the small subject that takes a fraction of a second.
func smallSettings() -> ValidationSettings {
  let descent = GradientDescent(epochs: 4, batchSize: 16, learningRate: 0.2, ridge: 1e-2)
  return ValidationSettings(
    seed: 3,
    truth: ValidationSettings.Truth(models: 40, ratio: 0.5, seeds: 2),
    further: ValidationSettings.Truth(
      models: 20,
      ratio: 0.5,
      seeds: 1,
      recipe: .descent(descent)
    ),
    models: [6, 12, 24],
    ratio: 0.5,
    start: .target,
    perturbations: [.loss: descent, .hessian: descent, .trak: descent],
    valuation: ValidationSettings.Valuation(permutations: 4, subsets: 30, groups: 6),
    damping: 0,
    counterfactuals: ValidationSettings.Counterfactuals(
      methods: ["influence", "daunce-covariance"],
      queries: 5,
      removal: ValidationSettings.Counterfactuals.Removal(sizes: [5, 20], seeds: 1),
      brittleness: [2, 10, 40],
      tailPatch: ValidationSettings.Counterfactuals.TailPatch(top: 3, learningRate: 0.2)
    ),
    sensitivity: ValidationSettings.Sensitivity(
      groups: 8,
      size: 2,
      seeds: 2,
      epochs: [1, 3],
      recipe: descent
    ),
    draws: 50
  )
}

/// A shelf in memory that counts what is trained, and may fail after so many results.
final class MemoryShelf: TrainingShelf {
  struct Full: Error {}

  private let state = Mutex<(kept: [String: TrainingResult], stored: Int, limit: Int?)>(
    ([:], 0, nil)
  )

  var stored: Int { state.withLock { $0.stored } }

  func stop(after limit: Int?) { state.withLock { $0.limit = limit } }

  func result(for key: String) -> TrainingResult? { state.withLock { $0.kept[key] } }

  func keep(_ result: TrainingResult, for key: String) throws {
    try state.withLock { state in
      if let limit = state.limit, state.stored >= limit { throw Full() }
      state.stored += 1
      state.kept[key] = result
    }
  }
}
