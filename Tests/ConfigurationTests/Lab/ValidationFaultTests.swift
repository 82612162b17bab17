import Testing

@testable import Configuration

/// A faulty configuration and what is to be said about it.
struct ValidationFault: Sendable, CustomTestStringConvertible {
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
  ValidationFault(
    "a misspelt key",
    smallValidation("thruth: {}"),
    .unknownKey,
    "thruth",
    "unknown key 'thruth'",
    "did you mean 'truth'?"
  ),
  ValidationFault(
    "a misspelt inner key",
    smallValidation("counterfactuals: { method: ['influence'] }"),
    .unknownKey,
    "counterfactuals.method",
    "in 'counterfactuals'",
    "did you mean 'methods'?"
  ),
  ValidationFault(
    "an inner key that nothing is near to",
    smallValidation("truth: { zzzzzzzz: 1 }"),
    .unknownKey,
    "truth.zzzzzzzz",
    "known here: models, subsetRatio, seeds"
  ),
  ValidationFault("no data", "{}", .missing, "data", "'data' is missing"),
  ValidationFault(
    "no model",
    "{ data: { generated: {} } }",
    .missing,
    "model",
    "'model' is missing"
  ),
  ValidationFault(
    "no perturbation",
    "{ data: { generated: {} }, model: { kind: 'softmax' } }",
    .missing,
    "perturbation",
    "'perturbation' is missing"
  ),
  ValidationFault(
    "no source",
    smallValidation(data: "label: 'x'"),
    .missing,
    "data.train",
    "'data.train' is missing"
  ),
  ValidationFault(
    "a source without queries",
    smallValidation(data: "train: 'a.jsonl'"),
    .missing,
    "data.queries",
    "'data.queries' is missing"
  ),
  ValidationFault(
    "two sources",
    smallValidation(data: "csv: 'a.csv', scenario: 'trigger'"),
    .conflict,
    "data",
    "both 'csv' and 'scenario'",
    "keep one of them"
  ),
  ValidationFault(
    "counts beside generated data",
    smallValidation(data: "generated: {}, train: 9"),
    .conflict,
    "data.train",
    "'data.train' means nothing beside 'generated'"
  ),
  ValidationFault(
    "a label beside texts",
    smallValidation(data: "train: 'a.jsonl', queries: 'b.jsonl', label: 'y'"),
    .conflict,
    "data.label",
    "leave it out"
  ),
  ValidationFault(
    "an unknown scenario",
    smallValidation(data: "scenario: 'tigger'"),
    .badValue,
    "data.scenario",
    "\"trigger\" or \"topic\" or \"falsehood\"",
    "\"tigger\""
  ),
  ValidationFault(
    "an impossible generated set",
    smallValidation(data: "generated: { train: 10, classes: 6 }"),
    .badValue,
    "data.generated",
    "'data.generated' is impossible: 10 training rows are too few for 6 classes"
  ),
  ValidationFault(
    "shares above one",
    smallValidation(data: "generated: { flipped: 0.75, decoys: 0.5 }"),
    .badValue,
    "data.generated",
    "1 at most together"
  ),
  ValidationFault(
    "a share above one",
    smallValidation(data: "generated: { flipped: 1.5 }"),
    .badValue,
    "data.generated.flipped",
    "a share from 0 to 1"
  ),
  ValidationFault(
    "an unknown kind",
    smallValidation(model: "kind: 'mlp'"),
    .badValue,
    "model.kind",
    "\"softmax\" or \"perceptron\" or \"convolution\" or \"transformer\"",
    "\"mlp\""
  ),
  ValidationFault(
    "a perceptron without layers",
    smallValidation(model: "kind: 'perceptron'", training: steps),
    .missing,
    "model.hidden",
    "'model.hidden' is missing"
  ),
  ValidationFault(
    "layers of softmax regression",
    smallValidation(model: "kind: 'softmax', hidden: [3]"),
    .conflict,
    "model.hidden",
    "'model.hidden' means nothing for kind 'softmax'"
  ),
  ValidationFault(
    "an impossible transformer",
    smallValidation(model: "kind: 'transformer', width: 9", training: steps),
    .badValue,
    "model",
    "'model' is impossible",
    "width 9 is not a multiple of 2 heads"
  ),
  ValidationFault(
    "an image without a width",
    smallValidation(model: "kind: 'convolution', image: { height: 8 }", training: steps),
    .missing,
    "model.image.width",
    "'model.image.width' is missing"
  ),
  ValidationFault(
    "a network without training",
    smallValidation(model: "kind: 'perceptron', hidden: [4]"),
    .missing,
    "training",
    "'training' is missing"
  ),
  ValidationFault(
    "a network without epochs",
    smallValidation(model: "kind: 'perceptron', hidden: [4]", training: "learningRate: 0.1"),
    .missing,
    "training.epochs",
    "'training.epochs' is missing"
  ),
  ValidationFault(
    "training without a rate",
    smallValidation(training: "epochs: 3"),
    .missing,
    "training.learningRate",
    "'training.learningRate' is missing"
  ),
  ValidationFault(
    "a rate of training to convergence",
    smallValidation(training: "ridge: 0.1, learningRate: 0.1"),
    .conflict,
    "training.learningRate",
    "means nothing without 'epochs'"
  ),
  ValidationFault(
    "a tolerance of training by steps",
    smallValidation(training: steps + ", tolerance: 1e-6"),
    .conflict,
    "training.tolerance",
    "means nothing where training goes by steps"
  ),
  ValidationFault(
    "a negative rate",
    smallValidation(training: "epochs: 3, learningRate: -1"),
    .badValue,
    "training.learningRate",
    "a number above 0"
  ),
  ValidationFault(
    "a ridge of 0 in a convex fit",
    smallValidation(training: "ridge: 0"),
    .badValue,
    "training.ridge",
    "a number above 0"
  ),
  ValidationFault(
    "adam with momentum",
    smallValidation(training: steps + ", optimizer: 'adam', momentum: 0.9"),
    .conflict,
    "training.momentum",
    "adam has a momentum of its own",
    "optimizer: \"sgd\""
  ),
  ValidationFault(
    "a momentum of 1",
    smallValidation(training: steps + ", momentum: 1"),
    .badValue,
    "training.momentum",
    "below 1"
  ),
  ValidationFault(
    "an unknown optimizer",
    smallValidation(training: steps + ", optimizer: 'lion'"),
    .badValue,
    "training.optimizer",
    "\"sgd\" or \"adam\""
  ),
  ValidationFault(
    "a number as text",
    smallValidation("truth: { models: '400' }"),
    .badValue,
    "truth.models",
    "'truth.models'",
    "\"400\""
  ),
  ValidationFault(
    "half a model",
    smallValidation("truth: { models: 4.5 }"),
    .badValue,
    "truth.models",
    "a whole number"
  ),
  ValidationFault(
    "an object that is a list",
    smallValidation("truth: [400]"),
    .badValue,
    "truth",
    "an object",
    "a list"
  ),
  ValidationFault(
    "a ratio of 0",
    smallValidation("truth: { subsetRatio: 0 }"),
    .badValue,
    "truth.subsetRatio",
    "a share above 0, at most 1"
  ),
  ValidationFault(
    "an infinite damping",
    smallValidation("damping: Infinity"),
    .badValue,
    "damping",
    "a number of 0 or more"
  ),
  ValidationFault(
    "a negative seed",
    smallValidation("seed: -1"),
    .badValue,
    "seed",
    "a whole number from 0 to 2^64 - 1"
  ),
  ValidationFault(
    "no method",
    smallValidation("methods: []"),
    .badValue,
    "methods",
    "a list of strings"
  ),
  ValidationFault(
    "counterfactuals of no method",
    smallValidation("counterfactuals: {}"),
    .missing,
    "counterfactuals.methods",
    "'counterfactuals.methods' is missing"
  ),
  ValidationFault(
    "sensitivity without training",
    smallValidation("sensitivity: { groups: 5 }"),
    .missing,
    "sensitivity.training",
    "'sensitivity.training' is missing"
  ),
  ValidationFault(
    "too few left-out groups",
    smallValidation("sensitivity: { groups: 2, training: { \(steps) } }"),
    .badValue,
    "sensitivity.groups",
    "a whole number of 3 or more"
  ),
  ValidationFault("a list", "[]", .syntax, "", "should hold an object"),
  ValidationFault("no JSON5", "{ data: ", .syntax, "", "line 1, column 9"),
]

@Suite struct ValidationFaultTests {
  @Test(arguments: faults)
  func `each fault names its key and what is expected`(fault: ValidationFault) throws {
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
        try ValidationConfiguration.read(file: "/nowhere/lab.json5")
      }
    )
    #expect(error.code == .unreadable && error.file == "/nowhere/lab.json5")
  }
}
