import Attribution
import Experiment
import Foundation
import Validation
import ReferenceModels
import Scenarios
import Testing
import WhiteBox

@testable import Configuration

/// A laboratory's configuration out of its text.
func laboratory(_ text: String) throws(ConfigurationError) -> ValidationConfiguration {
  try ValidationConfiguration(json5: Array(text.utf8), folder: "labs/", defaultName: "file")
}

/// A configuration that names what must be named, with parts replaced and more at its end.
func smallValidation(
  data: String = "generated: {}",
  model: String = "kind: 'softmax'",
  training: String? = nil,
  _ more: String = ""
) -> String {
  """
  { data: { \(data) }, model: { \(model) }, \(training.map { "training: { \($0) }," } ?? "")
    perturbation: { training: { epochs: 2, learningRate: 0.1 } }, \(more) }
  """
}

@Suite struct ValidationConfigurationTests {
  @Test func `every key is read`() throws {
    let configuration = try laboratory(
      """
      {
        name: "whole", seed: 18446744073709551615,
        data: { csv: "rows.csv", label: "kind", train: 80, queries: 20 },
        model: { kind: "perceptron", hidden: [8, 4], activation: "relu" },
        training: { epochs: 3, batchSize: 16, learningRate: 0.5, momentum: 0.9,
                    schedule: "cosine", ridge: 0.01 },
        truth: { models: 400, subsetRatio: 0.25, seeds: 2 },
        further: { models: 50, subsetRatio: 0.75, seeds: 3,
                   training: { epochs: 1, learningRate: 0.25, optimizer: "adam" } },
        perturbation: {
          models: [20, 10], subsetRatio: 0.3, start: "base",
          training: { epochs: 5, batchSize: 8, learningRate: 0.125, ridge: 0.5 },
          objectives: { "hessian": { ridge: 0 }, "squared-margin": { learningRate: 0.0625 } },
        },
        damping: 0.01, threshold: "soft", methods: ["influence", "random"], draws: 20,
        valuation: { permutations: 7, subsets: 9, groups: 5 },
        counterfactuals: {
          methods: ["influence"], queries: 12,
          removal: { sizes: [30, 10], seeds: 2 },
          brittleness: { sizes: [4, 1, 4] },
          tailPatch: { top: 3, learningRate: 0.001 },
        },
        sensitivity: { groups: 11, size: 2, seeds: 3, epochs: [5, 1],
                       training: { epochs: 1, learningRate: 0.1 } },
        planted: { tag: "p", decoys: "d" },
      }
      """
    )
    #expect(configuration.name == "whole")
    #expect(
      configuration.data == .table(file: "labs/rows.csv", label: "kind", train: 80, queries: 20)
    )
    #expect(configuration.family == .perceptron(hidden: [8, 4], activation: .relu))
    #expect(
      configuration.recipe
        == .descent(
          GradientDescent(
            epochs: 3,
            batchSize: 16,
            learningRate: 0.5,
            rule: .momentum(0.9),
            schedule: .cosine,
            ridge: 0.01
          )
        )
    )
    #expect(configuration.planted == ("p", "d"))
    let settings = configuration.settings
    #expect(settings.seed == .max)
    #expect(settings.truth == .init(models: 400, ratio: 0.25, seeds: 2))
    let onwards = GradientDescent(epochs: 1, batchSize: 32, learningRate: 0.25, rule: .adam)
    #expect(
      settings.further == .init(models: 50, ratio: 0.75, seeds: 3, recipe: .descent(onwards))
    )
    #expect(settings.models == [10, 20] && settings.ratio == 0.3 && settings.start == .base)
    var recipe = GradientDescent(epochs: 5, batchSize: 8, learningRate: 0.125, ridge: 0.5)
    #expect(settings.perturbations[.loss] == recipe)
    recipe.ridge = 0
    #expect(settings.perturbations[.hessian] == recipe)
    recipe.ridge = 0.5
    recipe.learningRate = 0.0625
    #expect(settings.perturbations[.squaredMargin] == recipe)
    #expect(settings.perturbations.count == 3)
    #expect(settings.damping == 0.01 && settings.draws == 20)
    #expect(settings.threshold == .soft)
    #expect(settings.methods == ["influence", "random"])
    #expect(settings.valuation == .init(permutations: 7, subsets: 9, groups: 5))
    #expect(
      settings.counterfactuals
        == .init(
          methods: ["influence"],
          queries: 12,
          removal: .init(sizes: [10, 30], seeds: 2),
          brittleness: [1, 4],
          tailPatch: .init(top: 3, learningRate: 0.001)
        )
    )
    #expect(
      settings.sensitivity
        == .init(
          groups: 11,
          size: 2,
          seeds: 3,
          epochs: [1, 5],
          recipe: GradientDescent(epochs: 1, batchSize: 32, learningRate: 0.1)
        )
    )
  }

  @Test func `a short configuration has defaults`() throws {
    let configuration = try laboratory(smallValidation())
    #expect(configuration.name == "file")
    #expect(configuration.data == .generated(GeneratedRecipe()))
    #expect(configuration.family == .perceptron(hidden: [], activation: .tanh))
    #expect(configuration.recipe == .convergence(ConvexFit(ridge: 1e-3, tolerance: 1e-6)))
    #expect(configuration.planted == ("trigger", "decoy"))
    let recipe = GradientDescent(epochs: 2, batchSize: 32, learningRate: 0.1)
    #expect(
      configuration.settings
        == ValidationSettings(
          seed: 0,
          truth: .init(models: 100, ratio: 0.5, seeds: 1),
          models: [50],
          ratio: 0.5,
          start: .target,
          perturbations: [.loss: recipe],
          damping: 0,
          draws: 500
        )
    )
  }

  @Test func `generated data are shaped by their keys`() throws {
    var recipe = GeneratedRecipe()
    recipe.train = 50
    recipe.queries = 0
    recipe.features = 9
    recipe.classes = 4
    recipe.flipped = 0.125
    recipe.triggered = 0.25
    recipe.decoys = 0
    recipe.triggeredQueries = 6
    let text = """
      generated: { train: 50, queries: 0, features: 9, classes: 4, flipped: 0.125, triggered: 0.25,
                   decoys: 0, triggeredQueries: 6 }
      """
    #expect(try laboratory(smallValidation(data: text)).data == .generated(recipe))
  }

  @Test(
    arguments: [
      ("csv: '/r.csv'", .table(file: "/r.csv", label: nil, train: nil, queries: nil)),
      (
        "train: 'a.csv', queries: '/b.csv', label: 'y'",
        .tables(train: "labs/a.csv", queries: "/b.csv", label: "y")
      ),
      ("train: 'a.jsonl', queries: 'b', ", .texts(train: "labs/a.jsonl", queries: "labs/b")),
      ("scenario: 'topic', train: 9", .scenario(.topic, train: 9, queries: nil)),
    ] as [(String, ValidationConfiguration.Data)]
  )
  func `a source of examples is told by its keys`(
    text: String,
    data: ValidationConfiguration.Data
  ) throws {
    #expect(try laboratory(smallValidation(data: text)).data == data)
  }

  @Test func `a scenario knows the tags of what it plants, unless others are named`() throws {
    #expect(
      try laboratory(smallValidation(data: "scenario: 'trigger'")).planted == ("backdoor", "decoy")
    )
    let named = try laboratory(
      smallValidation(data: "scenario: 'trigger'", "planted: { tag: 'x' }")
    )
    #expect(named.planted == ("x", "decoy"))
  }

  @Test func `every kind of model is read`() throws {
    let steps = "epochs: 1, learningRate: 0.1"
    #expect(
      try laboratory(smallValidation(model: "kind: 'perceptron', hidden: 7", training: steps))
        .family
        == .perceptron(hidden: [7], activation: .tanh)
    )
    #expect(
      try laboratory(
        smallValidation(
          model: "kind: 'convolution', image: { height: 8, width: 6 }",
          training: steps
        )
      ).family
        == .convolution(
          ImageShape(channels: 1, height: 8, width: 6),
          channels: [8],
          kernel: 3,
          activation: .relu
        )
    )
    #expect(
      try laboratory(
        smallValidation(model: "kind: 'transformer', rank: 3, layers: 1", training: steps)
      ).family
        == .transformer(
          Architecture(width: 32, layers: 1, heads: 2, vocabulary: 512, context: 256),
          LowRankAdapter(rank: 3, alpha: 6),
          baseEpochs: 10
        )
    )
  }

  @Test func `softmax regression is trained to convergence, or by steps where epochs are given`()
    throws
  {
    #expect(
      try laboratory(smallValidation(training: "ridge: 0.5, tolerance: 1e-9")).recipe
        == .convergence(ConvexFit(ridge: 0.5, tolerance: 1e-9))
    )
    #expect(
      try laboratory(smallValidation(training: "epochs: 4, learningRate: 0.5")).recipe
        == .descent(GradientDescent(epochs: 4, batchSize: 32, learningRate: 0.5))
    )
  }

  @Test(arguments: ["validate-minute.json5", "validate-perceptron.json5"])
  func `the ready configurations are understood`(file: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let configuration = try ValidationConfiguration.read(
      file: root.appending(path: "configs/\(file)").path
    )
    #expect(configuration.settings.perturbations.count == PerturbedObjective.allCases.count)
    #expect(configuration.settings.sensitivity != nil && configuration.settings.further != nil)
    let known = Set(AttributionMethod.all.map(\.name))
    #expect(known.isSuperset(of: configuration.settings.counterfactuals?.methods ?? ["none"]))
  }
}
