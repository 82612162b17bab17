internal import Attribution
internal import Experiment

extension RunSettings {
  private static let up =
    ", which perturbation.direction: \"down\" asks for; steps up need no weights"

  /// Checks that settings, corpus, design and provider fit together before anything is spent.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - design: The design drawn from these settings.
  ///   - trainer: The trainer.
  /// - Throws: `RunError` with code `settings`, naming the first thing that does not fit.
  func validate(
    corpus: Corpus,
    design: SubsetDesign,
    trainer: TrainerCapabilities
  ) throws(RunError) {
    func require(_ condition: Bool, _ cause: String) throws(RunError) {
      guard condition else {
        throw RunError(.settings, "cannot start run '\(name)': \(cause)")
      }
    }
    let examples = corpus.train.count
    try require(!corpus.train.isEmpty, "there are no training examples")
    try require(!corpus.queries.isEmpty, "there are no queries")
    for (role, side) in [("training example", corpus.train), ("query", corpus.queries)] {
      var seen = Set<ByteText>(minimumCapacity: side.count)
      for example in side {
        try require(
          seen.insert(ByteText(example.id)).inserted,
          "two \(role)s have the id '\(example.id)'"
        )
      }
    }
    for values in [hyperparameters, targetHyperparameters] {
      try require(values.epochs ?? 1 > 0, "epochs must be at least 1")
      try require(values.batchSize ?? 1 > 0, "the batch size must be at least 1")
      let rate = values.learningRateMultiplier ?? 1
      try require(rate.isFinite && rate > 0, "the learning rate multiplier must be positive")
    }
    try require(
      candidates?.areRows(of: corpus) ?? true,
      "its candidates are none, or not rows of this training set"
    )
    try require(models > 0, "it needs at least one perturbed model")
    try require(parallelJobs > 0, "it needs at least one parallel job")
    try require(
      repeats.train >= 0 && repeats.queries >= 0,
      "the number of repeats must not be negative"
    )
    try require(
      design.models == models,
      "the design has \(design.models) models, the settings \(models)"
    )
    try require(
      design.examples == examples,
      "the design was drawn from \(design.examples) training examples, there are \(examples)"
    )
    try require(
      design.start == start,
      "the design starts from \(design.start.rawValue), the settings from \(start.rawValue)"
    )
    try require(
      perturbation.matrix != .queries || models == corpus.queries.count,
      "\(models) models cannot probe with \(corpus.queries.count) queries one by one"
    )
    let least = perturbation.matrix == .queries ? 0 : max(1, trainer.minimumExamples)
    let units = perturbation.unit.all(in: corpus).indices
    for (index, subset) in design.subsets.enumerated() {
      let count = subset.members.count * perturbation.copies
      try require(
        count >= least || isStart(subset),
        "model-\(index) has \(count) training examples, the provider needs \(least)"
      )
      try require(
        subset.members.allSatisfy { units.contains($0) }
          && zip(subset.members, subset.members.dropFirst()).allSatisfy { $0 < $1 },
        "the members of model-\(index) are not ascending positions of \(perturbation.unit == .row ? "training examples" : "queries")"
      )
      try require(
        subset.weights.map { $0.count == subset.members.count && $0.allSatisfy(\.isFinite) }
          ?? true,
        "model-\(index) does not have one finite weight a member"
      )
      try require(
        subset.weights == nil || trainer.weighted,
        "the provider cannot train with weights" + (perturbation.mirror == nil ? "" : Self.up)
      )
      try require(
        trainer.signed || subset.weights?.allSatisfy { $0 >= 0 } ?? true,
        "the provider cannot train with weights below 0"
          + (perturbation.mirror == nil ? "" : Self.up)
      )
    }
    try require(
      start == .base || trainer.continuesTuned,
      "the provider cannot continue from a tuned model; start from the base instead"
    )
  }
}
