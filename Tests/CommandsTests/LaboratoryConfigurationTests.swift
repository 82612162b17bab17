import Attribution
import Experiment
import Foundation
import Laboratory
import ReferenceModels
import Scenarios
import Testing
import WhiteBox

@testable import Commands

/// A laboratory's configuration out of its text.
private func lab(_ text: String) throws(ConfigurationError) -> LaboratoryConfiguration {
  try LaboratoryConfiguration(json5: Array(text.utf8), folder: "labs/", defaultName: "file")
}

/// A configuration that names what must be named, with parts replaced and more at its end.
private func small(
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

@Suite struct LaboratoryConfigurationTests {
  @Test func `every key is read`() throws {
    let configuration = try lab(
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
    let configuration = try lab(small())
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
          truth: .init(models: 100),
          models: [50],
          perturbations: [.loss: recipe]
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
    #expect(try lab(small(data: text)).data == .generated(recipe))
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
    ] as [(String, LaboratoryConfiguration.Data)]
  )
  func `a source of examples is told by its keys`(
    text: String,
    data: LaboratoryConfiguration.Data
  ) throws {
    #expect(try lab(small(data: text)).data == data)
  }

  @Test func `a scenario knows the tags of what it plants, unless others are named`() throws {
    #expect(try lab(small(data: "scenario: 'trigger'")).planted == ("backdoor", "decoy"))
    let named = try lab(small(data: "scenario: 'trigger'", "planted: { tag: 'x' }"))
    #expect(named.planted == ("x", "decoy"))
  }

  @Test func `every kind of model is read`() throws {
    let steps = "epochs: 1, learningRate: 0.1"
    #expect(
      try lab(small(model: "kind: 'perceptron', hidden: 7", training: steps)).family
        == .perceptron(hidden: [7], activation: .tanh)
    )
    #expect(
      try lab(
        small(
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
      try lab(small(model: "kind: 'transformer', rank: 3, layers: 1", training: steps)).family
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
      try lab(small(training: "ridge: 0.5, tolerance: 1e-9")).recipe
        == .convergence(ConvexFit(ridge: 0.5, tolerance: 1e-9))
    )
    #expect(
      try lab(small(training: "epochs: 4, learningRate: 0.5")).recipe
        == .descent(GradientDescent(epochs: 4, batchSize: 32, learningRate: 0.5))
    )
  }

  @Test(arguments: faults)
  func `each fault names its key and what is expected`(fault: LaboratoryFault) throws {
    let error = try #require(
      #expect(throws: ConfigurationError.self) { try lab(fault.configuration) }
    )
    #expect(error.code == fault.code)
    #expect(error.path == fault.path)
    let text = "\(error.cause)\n\(error.hint ?? "")"
    for part in fault.words { #expect(text.contains(part), "\(text)") }
    #expect(!error.cause.contains("\n"))
  }

  @Test(arguments: ["validate-minute.json5", "validate-perceptron.json5"])
  func `the ready configurations are understood`(file: String) throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let configuration = try LaboratoryConfiguration.read(
      file: root.appending(path: "configs/\(file)").path
    )
    #expect(configuration.settings.perturbations.count == PerturbedObjective.allCases.count)
    #expect(configuration.settings.sensitivity != nil && configuration.settings.further != nil)
    let known = Set(Method.all.map(\.name))
    #expect(known.isSuperset(of: configuration.settings.counterfactuals?.methods ?? ["none"]))
  }

  @Test func `a file that is not there is named`() throws {
    let error = try #require(
      #expect(throws: ConfigurationError.self) {
        try LaboratoryConfiguration.read(file: "/nowhere/lab.json5")
      }
    )
    #expect(error.code == .unreadable && error.file == "/nowhere/lab.json5")
  }
}

/// A faulty configuration and what is to be said about it.
struct LaboratoryFault: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let configuration: String
  let code: ConfigurationError.Code
  let path: String
  let words: [String]

  init(
    _ name: String,
    _ configuration: String,
    _ code: ConfigurationError.Code,
    _ path: String,
    _ words: String...
  ) {
    testDescription = name
    self.configuration = configuration
    self.code = code
    self.path = path
    self.words = words
  }
}

private let steps = "epochs: 1, learningRate: 0.1"

private let faults = [
  LaboratoryFault(
    "a misspelt key",
    small("thruth: {}"),
    .unknownKey,
    "thruth",
    "unknown key 'thruth'",
    "did you mean 'truth'?"
  ),
  LaboratoryFault(
    "a misspelt inner key",
    small("counterfactuals: { method: ['influence'] }"),
    .unknownKey,
    "counterfactuals.method",
    "in 'counterfactuals'",
    "did you mean 'methods'?"
  ),
  LaboratoryFault(
    "an inner key that nothing is near to",
    small("truth: { zzzzzzzz: 1 }"),
    .unknownKey,
    "truth.zzzzzzzz",
    "known here: models, subsetRatio, seeds"
  ),
  LaboratoryFault("no data", "{}", .missing, "data", "'data' is missing"),
  LaboratoryFault(
    "no model",
    "{ data: { generated: {} } }",
    .missing,
    "model",
    "'model' is missing"
  ),
  LaboratoryFault(
    "no perturbation",
    "{ data: { generated: {} }, model: { kind: 'softmax' } }",
    .missing,
    "perturbation",
    "'perturbation' is missing"
  ),
  LaboratoryFault(
    "no source",
    small(data: "label: 'x'"),
    .missing,
    "data.train",
    "'data.train' is missing"
  ),
  LaboratoryFault(
    "a source without queries",
    small(data: "train: 'a.jsonl'"),
    .missing,
    "data.queries",
    "'data.queries' is missing"
  ),
  LaboratoryFault(
    "two sources",
    small(data: "csv: 'a.csv', scenario: 'trigger'"),
    .conflict,
    "data",
    "both 'csv' and 'scenario'",
    "keep one of them"
  ),
  LaboratoryFault(
    "counts beside generated data",
    small(data: "generated: {}, train: 9"),
    .conflict,
    "data.train",
    "'data.train' means nothing beside this 'data.generated'"
  ),
  LaboratoryFault(
    "a label beside texts",
    small(data: "train: 'a.jsonl', queries: 'b.jsonl', label: 'y'"),
    .conflict,
    "data.label",
    "leave it out"
  ),
  LaboratoryFault(
    "an unknown scenario",
    small(data: "scenario: 'tigger'"),
    .badValue,
    "data.scenario",
    "\"trigger\" or \"topic\" or \"falsehood\"",
    "\"tigger\""
  ),
  LaboratoryFault(
    "an impossible generated set",
    small(data: "generated: { train: 10, classes: 6 }"),
    .badValue,
    "data.generated",
    "'data.generated' is impossible: 10 training rows are too few for 6 classes"
  ),
  LaboratoryFault(
    "shares above one",
    small(data: "generated: { flipped: 0.75, decoys: 0.5 }"),
    .badValue,
    "data.generated",
    "1 at most together"
  ),
  LaboratoryFault(
    "a share above one",
    small(data: "generated: { flipped: 1.5 }"),
    .badValue,
    "data.generated.flipped",
    "a share from 0 to 1"
  ),
  LaboratoryFault(
    "an unknown kind",
    small(model: "kind: 'mlp'"),
    .badValue,
    "model.kind",
    "\"softmax\" or \"perceptron\" or \"convolution\" or \"transformer\"",
    "\"mlp\""
  ),
  LaboratoryFault(
    "a perceptron without layers",
    small(model: "kind: 'perceptron'", training: steps),
    .missing,
    "model.hidden",
    "'model.hidden' is missing"
  ),
  LaboratoryFault(
    "layers of softmax regression",
    small(model: "kind: 'softmax', hidden: [3]"),
    .conflict,
    "model.hidden",
    "'model.hidden' means nothing beside this 'model.kind'"
  ),
  LaboratoryFault(
    "an impossible transformer",
    small(model: "kind: 'transformer', width: 9", training: steps),
    .badValue,
    "model",
    "'model' is impossible",
    "width 9 is not a multiple of 2 heads"
  ),
  LaboratoryFault(
    "an image without a width",
    small(model: "kind: 'convolution', image: { height: 8 }", training: steps),
    .missing,
    "model.image.width",
    "'model.image.width' is missing"
  ),
  LaboratoryFault(
    "a network without training",
    small(model: "kind: 'perceptron', hidden: [4]"),
    .missing,
    "training",
    "'training' is missing"
  ),
  LaboratoryFault(
    "a network without epochs",
    small(model: "kind: 'perceptron', hidden: [4]", training: "learningRate: 0.1"),
    .missing,
    "training.epochs",
    "'training.epochs' is missing"
  ),
  LaboratoryFault(
    "training without a rate",
    small(training: "epochs: 3"),
    .missing,
    "training.learningRate",
    "'training.learningRate' is missing"
  ),
  LaboratoryFault(
    "a negative rate",
    small(training: "epochs: 3, learningRate: -1"),
    .badValue,
    "training.learningRate",
    "a number above 0"
  ),
  LaboratoryFault(
    "a ridge of 0 in a convex fit",
    small(training: "ridge: 0"),
    .badValue,
    "training.ridge",
    "a number above 0"
  ),
  LaboratoryFault(
    "adam with momentum",
    small(training: steps + ", optimizer: 'adam', momentum: 0.9"),
    .conflict,
    "training.momentum",
    "adam has a momentum of its own",
    "optimizer: \"sgd\""
  ),
  LaboratoryFault(
    "a momentum of 1",
    small(training: steps + ", momentum: 1"),
    .badValue,
    "training.momentum",
    "below 1"
  ),
  LaboratoryFault(
    "an unknown optimizer",
    small(training: steps + ", optimizer: 'lion'"),
    .badValue,
    "training.optimizer",
    "\"sgd\" or \"adam\""
  ),
  LaboratoryFault(
    "a number as text",
    small("truth: { models: '400' }"),
    .badValue,
    "truth.models",
    "'truth.models'",
    "\"400\""
  ),
  LaboratoryFault(
    "half a model",
    small("truth: { models: 4.5 }"),
    .badValue,
    "truth.models",
    "a whole number"
  ),
  LaboratoryFault(
    "an object that is a list",
    small("truth: [400]"),
    .badValue,
    "truth",
    "an object",
    "a list"
  ),
  LaboratoryFault(
    "a ratio of 0",
    small("truth: { subsetRatio: 0 }"),
    .badValue,
    "truth.subsetRatio",
    "a share above 0, at most 1"
  ),
  LaboratoryFault(
    "an infinite damping",
    small("damping: Infinity"),
    .badValue,
    "damping",
    "a number of 0 or more"
  ),
  LaboratoryFault(
    "a negative seed",
    small("seed: -1"),
    .badValue,
    "seed",
    "a whole number from 0 to 2^64 - 1"
  ),
  LaboratoryFault(
    "no method",
    small("methods: []"),
    .badValue,
    "methods",
    "a list of strings"
  ),
  LaboratoryFault(
    "counterfactuals of no method",
    small("counterfactuals: {}"),
    .missing,
    "counterfactuals.methods",
    "'counterfactuals.methods' is missing"
  ),
  LaboratoryFault(
    "sensitivity without training",
    small("sensitivity: { groups: 5 }"),
    .missing,
    "sensitivity.training",
    "'sensitivity.training' is missing"
  ),
  LaboratoryFault(
    "too few left-out groups",
    small("sensitivity: { groups: 2, training: { \(steps) } }"),
    .badValue,
    "sensitivity.groups",
    "a whole number of 3 or more"
  ),
  LaboratoryFault("a list", "[]", .syntax, "", "should hold an object"),
  LaboratoryFault("no JSON5", "{ data: ", .syntax, "", "line 1, column 9"),
]
