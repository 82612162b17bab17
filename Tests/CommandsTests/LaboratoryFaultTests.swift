import Testing

@testable import Commands

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
    smallLaboratory("thruth: {}"),
    .unknownKey,
    "thruth",
    "unknown key 'thruth'",
    "did you mean 'truth'?"
  ),
  LaboratoryFault(
    "a misspelt inner key",
    smallLaboratory("counterfactuals: { method: ['influence'] }"),
    .unknownKey,
    "counterfactuals.method",
    "in 'counterfactuals'",
    "did you mean 'methods'?"
  ),
  LaboratoryFault(
    "an inner key that nothing is near to",
    smallLaboratory("truth: { zzzzzzzz: 1 }"),
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
    smallLaboratory(data: "label: 'x'"),
    .missing,
    "data.train",
    "'data.train' is missing"
  ),
  LaboratoryFault(
    "a source without queries",
    smallLaboratory(data: "train: 'a.jsonl'"),
    .missing,
    "data.queries",
    "'data.queries' is missing"
  ),
  LaboratoryFault(
    "two sources",
    smallLaboratory(data: "csv: 'a.csv', scenario: 'trigger'"),
    .conflict,
    "data",
    "both 'csv' and 'scenario'",
    "keep one of them"
  ),
  LaboratoryFault(
    "counts beside generated data",
    smallLaboratory(data: "generated: {}, train: 9"),
    .conflict,
    "data.train",
    "'data.train' means nothing beside 'generated'"
  ),
  LaboratoryFault(
    "a label beside texts",
    smallLaboratory(data: "train: 'a.jsonl', queries: 'b.jsonl', label: 'y'"),
    .conflict,
    "data.label",
    "leave it out"
  ),
  LaboratoryFault(
    "an unknown scenario",
    smallLaboratory(data: "scenario: 'tigger'"),
    .badValue,
    "data.scenario",
    "\"trigger\" or \"topic\" or \"falsehood\"",
    "\"tigger\""
  ),
  LaboratoryFault(
    "an impossible generated set",
    smallLaboratory(data: "generated: { train: 10, classes: 6 }"),
    .badValue,
    "data.generated",
    "'data.generated' is impossible: 10 training rows are too few for 6 classes"
  ),
  LaboratoryFault(
    "shares above one",
    smallLaboratory(data: "generated: { flipped: 0.75, decoys: 0.5 }"),
    .badValue,
    "data.generated",
    "1 at most together"
  ),
  LaboratoryFault(
    "a share above one",
    smallLaboratory(data: "generated: { flipped: 1.5 }"),
    .badValue,
    "data.generated.flipped",
    "a share from 0 to 1"
  ),
  LaboratoryFault(
    "an unknown kind",
    smallLaboratory(model: "kind: 'mlp'"),
    .badValue,
    "model.kind",
    "\"softmax\" or \"perceptron\" or \"convolution\" or \"transformer\"",
    "\"mlp\""
  ),
  LaboratoryFault(
    "a perceptron without layers",
    smallLaboratory(model: "kind: 'perceptron'", training: steps),
    .missing,
    "model.hidden",
    "'model.hidden' is missing"
  ),
  LaboratoryFault(
    "layers of softmax regression",
    smallLaboratory(model: "kind: 'softmax', hidden: [3]"),
    .conflict,
    "model.hidden",
    "'model.hidden' means nothing for kind 'softmax'"
  ),
  LaboratoryFault(
    "an impossible transformer",
    smallLaboratory(model: "kind: 'transformer', width: 9", training: steps),
    .badValue,
    "model",
    "'model' is impossible",
    "width 9 is not a multiple of 2 heads"
  ),
  LaboratoryFault(
    "an image without a width",
    smallLaboratory(model: "kind: 'convolution', image: { height: 8 }", training: steps),
    .missing,
    "model.image.width",
    "'model.image.width' is missing"
  ),
  LaboratoryFault(
    "a network without training",
    smallLaboratory(model: "kind: 'perceptron', hidden: [4]"),
    .missing,
    "training",
    "'training' is missing"
  ),
  LaboratoryFault(
    "a network without epochs",
    smallLaboratory(model: "kind: 'perceptron', hidden: [4]", training: "learningRate: 0.1"),
    .missing,
    "training.epochs",
    "'training.epochs' is missing"
  ),
  LaboratoryFault(
    "training without a rate",
    smallLaboratory(training: "epochs: 3"),
    .missing,
    "training.learningRate",
    "'training.learningRate' is missing"
  ),
  LaboratoryFault(
    "a rate of training to convergence",
    smallLaboratory(training: "ridge: 0.1, learningRate: 0.1"),
    .conflict,
    "training.learningRate",
    "means nothing without 'epochs'"
  ),
  LaboratoryFault(
    "a tolerance of training by steps",
    smallLaboratory(training: steps + ", tolerance: 1e-6"),
    .conflict,
    "training.tolerance",
    "means nothing where training goes by steps"
  ),
  LaboratoryFault(
    "a negative rate",
    smallLaboratory(training: "epochs: 3, learningRate: -1"),
    .badValue,
    "training.learningRate",
    "a number above 0"
  ),
  LaboratoryFault(
    "a ridge of 0 in a convex fit",
    smallLaboratory(training: "ridge: 0"),
    .badValue,
    "training.ridge",
    "a number above 0"
  ),
  LaboratoryFault(
    "adam with momentum",
    smallLaboratory(training: steps + ", optimizer: 'adam', momentum: 0.9"),
    .conflict,
    "training.momentum",
    "adam has a momentum of its own",
    "optimizer: \"sgd\""
  ),
  LaboratoryFault(
    "a momentum of 1",
    smallLaboratory(training: steps + ", momentum: 1"),
    .badValue,
    "training.momentum",
    "below 1"
  ),
  LaboratoryFault(
    "an unknown optimizer",
    smallLaboratory(training: steps + ", optimizer: 'lion'"),
    .badValue,
    "training.optimizer",
    "\"sgd\" or \"adam\""
  ),
  LaboratoryFault(
    "a number as text",
    smallLaboratory("truth: { models: '400' }"),
    .badValue,
    "truth.models",
    "'truth.models'",
    "\"400\""
  ),
  LaboratoryFault(
    "half a model",
    smallLaboratory("truth: { models: 4.5 }"),
    .badValue,
    "truth.models",
    "a whole number"
  ),
  LaboratoryFault(
    "an object that is a list",
    smallLaboratory("truth: [400]"),
    .badValue,
    "truth",
    "an object",
    "a list"
  ),
  LaboratoryFault(
    "a ratio of 0",
    smallLaboratory("truth: { subsetRatio: 0 }"),
    .badValue,
    "truth.subsetRatio",
    "a share above 0, at most 1"
  ),
  LaboratoryFault(
    "an infinite damping",
    smallLaboratory("damping: Infinity"),
    .badValue,
    "damping",
    "a number of 0 or more"
  ),
  LaboratoryFault(
    "a negative seed",
    smallLaboratory("seed: -1"),
    .badValue,
    "seed",
    "a whole number from 0 to 2^64 - 1"
  ),
  LaboratoryFault(
    "no method",
    smallLaboratory("methods: []"),
    .badValue,
    "methods",
    "a list of strings"
  ),
  LaboratoryFault(
    "counterfactuals of no method",
    smallLaboratory("counterfactuals: {}"),
    .missing,
    "counterfactuals.methods",
    "'counterfactuals.methods' is missing"
  ),
  LaboratoryFault(
    "sensitivity without training",
    smallLaboratory("sensitivity: { groups: 5 }"),
    .missing,
    "sensitivity.training",
    "'sensitivity.training' is missing"
  ),
  LaboratoryFault(
    "too few left-out groups",
    smallLaboratory("sensitivity: { groups: 2, training: { \(steps) } }"),
    .badValue,
    "sensitivity.groups",
    "a whole number of 3 or more"
  ),
  LaboratoryFault("a list", "[]", .syntax, "", "should hold an object"),
  LaboratoryFault("no JSON5", "{ data: ", .syntax, "", "line 1, column 9"),
]

@Suite struct LaboratoryFaultTests {
  @Test(arguments: faults)
  func `each fault names its key and what is expected`(fault: LaboratoryFault) throws {
    let error = try #require(
      #expect(throws: ConfigurationError.self) { try laboratory(fault.configuration) }
    )
    #expect(error.code == fault.code)
    #expect(error.path == fault.path)
    let text = "\(error.cause)\n\(error.hint ?? "")"
    for part in fault.words { #expect(text.contains(part), "\(text)") }
    #expect(!error.cause.contains("\n"))
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
