internal import Attribution
package import Experiment

/// The first models of a run, made before the others are paid for: runs of their own in the store, whose first two
/// models are those of the run itself.
package struct PilotRun: Sendable {
  /// Settings and design of what is run, one after the other: the models, then, where they start from it, the
  /// base, which reads the queries alone.
  package let runs: [(settings: RunSettings, design: SubsetDesign)]

  /// Prepares a pilot.
  ///
  /// - Parameters:
  ///   - settings: The run's settings.
  ///   - design: The run's design.
  /// - Throws: `RunError` with code `settings` where models are not fine-tuned on subsets of the rows.
  package init(_ settings: RunSettings, _ design: SubsetDesign) throws(RunError) {
    guard case .finetune = settings.perturbation, design.models >= 2 else {
      throw RunError(
        .settings,
        "cannot make a pilot of '\(settings.name)': it is for two or more fine-tunes on random rows"
      )
    }
    let own = design.subsets.prefix(2)
    let twin = Subset(
      seed: own[0].seed &+ 0xA076_1D64_78BD_642F,
      members: own[0].members,
      weights: own[0].weights
    )
    func run(
      _ name: String,
      _ perturbation: Perturbation,
      _ subsets: [Subset]
    ) -> (settings: RunSettings, design: SubsetDesign) {
      var run = settings
      run.name = "\(name) of \(settings.name)"
      run.perturbation = perturbation
      run.models = subsets.count
      run.repeats = RunSettings.Repeats(train: 0, queries: 0)
      let design = SubsetDesign(
        examples: design.examples,
        start: design.start,
        seed: design.seed,
        subsets: subsets
      )
      return (run, design)
    }
    let models = run("pilot", .finetune, own + [twin])
    // Models from θ0 show what it shows.
    let base =
      settings.start == .base ? [run("base", .removal, [Subset(seed: 0, members: [])])] : []
    runs = [models] + base
  }

  /// What the models say, once they are read.
  ///
  /// - Parameter store: Path of the store.
  /// - Returns: Noise, strengths and advice.
  /// - Throws: `RunError` of the store, or with code `provider` where a model is missing.
  package func pilot(store: String) throws(RunError) -> Pilot {
    let records = try runs.map { run throws(RunError) in
      try RunRecord(path: store, run: run.settings.name)
    }
    let record = records[0]
    guard records.flatMap(\.models).allSatisfy(\.isAnswered) else {
      let reason = record.models.lazy.compactMap(\.error).first ?? "it was not read to the end"
      throw RunError(
        .provider,
        "cannot tell from the pilot: one of its models is missing: \(reason)"
      )
    }
    let losses = try record.losses()
    func queries(_ losses: LossMatrix) -> [Double?] {
      losses.queries.indices.map { losses[model: 0, column: losses.column(query: $0)]?.value }
    }
    let target = try record.targetReadings().suffix(record.corpus.queries.count)
    var pilot = Pilot(
      record.corpus,
      losses: losses,
      base: try records.dropFirst().first.map { base throws(RunError) in
        queries(try base.losses())
      },
      target: target.map { $0?.loss(.sum)?.value },
      subsetRatio: Double(record.design().subsets[0].members.count)
        / Double(record.corpus.train.count),
      start: record.settings.start
    )
    let seconds = record.models.compactMap(\.seconds)
    if !seconds.isEmpty { pilot.seconds = seconds.reduce(0, +) / Double(seconds.count) }
    return pilot
  }
}
