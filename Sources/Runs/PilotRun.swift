internal import Attribution
package import Experiment

/// The first models of a run, made before the others are paid for.
///
/// A run of its own in the store, whose first two models are those of the run itself. Like a proof it stands beside
/// the run, and no command means it by default.
package struct PilotRun: Sendable {
  /// Its settings.
  package let settings: RunSettings
  /// Its design: two subsets of the run, the first one again with another seed, and, where models start from it,
  /// the base.
  package let design: SubsetDesign

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
    // Models from θ0 show what it shows.
    let base = settings.start == .base ? [Subset(seed: 0, members: [])] : []
    self.design = SubsetDesign(
      examples: design.examples,
      start: design.start,
      seed: design.seed,
      subsets: own + [twin] + base
    )
    var pilot = settings
    pilot.name = "pilot of \(settings.name)"
    pilot.perturbation = .removal
    pilot.models = self.design.models
    pilot.repeats = RunSettings.Repeats(train: 0, queries: 0)
    pilot.candidates =
      settings.candidates
      ?? Candidates(picked: Set(0..<design.examples), of: design.examples, audit: 0, seed: 0)
    self.settings = pilot
  }

  /// What the models say, once they are read.
  ///
  /// - Parameter store: Path of the store.
  /// - Returns: Noise, strengths and advice.
  /// - Throws: `RunError` of the store, or with code `provider` where a model is missing.
  package func pilot(store: String) throws(RunError) -> Pilot {
    let record = try RunRecord(path: store, run: settings.name)
    guard record.models.allSatisfy(\.isAnswered) else {
      let reason = record.models.lazy.compactMap(\.error).first ?? "it was not read to the end"
      throw RunError(
        .provider,
        "cannot tell from the pilot: one of its models is missing: \(reason)"
      )
    }
    let losses = try record.losses()
    let target = try record.targetReadings().suffix(record.corpus.queries.count)
    var pilot = Pilot(
      record.corpus,
      losses: losses,
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
