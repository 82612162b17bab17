import Attribution

extension RunConfiguration {
  /// The prompts that perturb θ0; `nil` for fine-tunes.
  static func prompts(
    _ part: ConfigurationReader
  ) throws(ConfigurationError) -> PromptPerturbation? {
    let kind = try part.choice("kind", PerturbationKind.self) ?? .finetune
    if kind == .mirror { return nil }
    let isPrompt = kind == .prompt
    let optimising = [
      "preset", "samples", "epochs", "batchSize", "learningRate", "callLimit", "labels",
    ]
    let useless =
      isPrompt
      ? ["weighted", "start"]
      : ["method", "demonstrations", "length", "vocabulary"] + optimising
    for key in useless where part.has(key) {
      throw part.fault(
        .conflict,
        key,
        isPrompt
          ? "means nothing for prompts: each model is θ0 behind a prompt"
          : "is only for kind: \"prompt\""
      )
    }
    guard isPrompt else { return nil }
    let method = try part.choice("method", PromptPerturbation.Method.self)
    let drawing = ["models", "subsetRatio", "subsetSize", "demonstrations", "length", "vocabulary"]
    for key in drawing where method == .probing && part.has(key) {
      let cause = "means nothing for method: \"probing\": each query makes one model"
      throw part.fault(.conflict, key, cause)
    }
    for key in optimising where method != .bdpl && part.has(key) {
      throw part.fault(.conflict, key, "is only for method: \"bdpl\"")
    }
    let preset: PromptOptimizer.Settings =
      try part.choice("preset", OptimizerPreset.self) == .paper ? .paper : .frugal
    let open = PromptPerturbation(method: method ?? .demonstrations, length: preset.length)
    return PromptPerturbation(
      method: open.method,
      demonstrations: try part.whole("demonstrations") ?? open.demonstrations,
      length: try part.whole("length") ?? open.length,
      vocabulary: try part.whole("vocabulary", atLeast: 2) ?? open.vocabulary,
      optimizer: PromptOptimizer.Settings(
        length: open.length,
        samples: try part.whole("samples", atLeast: 2) ?? preset.samples,
        epochs: try part.whole("epochs") ?? preset.epochs,
        batchSize: try part.whole("batchSize") ?? preset.batchSize,
        learningRate: try part.positive("learningRate")
          ?? preset.learningRate,
        callLimit: try part.whole("callLimit") ?? preset.callLimit
      ),
      labels: try part.texts("labels", canBeEmpty: true)
    )
  }
}
