import Experiment
import Kernels
import ReferenceModels
import Runs
import Store
import WhiteBox

@testable import Validation

/// A small task with planted rows: softmax regression fitted to convergence.
func smallTask(
  train: Int = 120,
  recipe: Recipe = .convergence(ConvexFit(ridge: 1e-2, tolerance: 1e-9)),
  hidden: [Int] = []
) -> LearningTask {
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
  return LearningTask(
    name: "small",
    model: MultilayerPerceptron(made.data, hidden: hidden),
    train: Array(0..<made.trainCount),
    queries: Array(made.trainCount..<made.data.labels.count),
    trainTags: Array(made.tags.prefix(made.trainCount)),
    queryTags: Array(made.tags.dropFirst(made.trainCount)),
    labelled: made.data,
    recipe: recipe
  )
}

/// A validation of the small task that takes a fraction of a second.
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
    valuation: ValidationSettings.ValuationBudget(permutations: 4, subsets: 30, groups: 6),
    damping: 0,
    counterfactuals: ValidationSettings.Counterfactuals(
      methods: ["influence", "daunce-covariance"],
      queries: 5,
      removal: ValidationSettings.Counterfactuals.RemovalTest(sizes: [5, 20], seeds: 1),
      brittleness: [2, 10, 40],
      tailPatch: ValidationSettings.Counterfactuals.TailPatchTest(top: 3, learningRate: 0.2)
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

/// A validation of a task, whose target's seed is 1.
func validation(
  _ task: LearningTask = smallTask(),
  _ settings: ValidationSettings = smallSettings(),
  threads: Int = 2,
  archive: LossArchive? = nil,
  progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
) throws -> ValidationRun {
  try ValidationRun(
    TargetModel(task, seed: 1),
    settings: settings,
    runner: DesignRunner(threads: threads, archive: archive, progress: progress)
  )
}
