internal import Attribution
internal import Experiment
internal import Store

extension RunStatus {
  /// Where a run stands according to its store, and to whether a process is at it.
  init(_ standing: RunStanding, corpus: Corpus, settings: RunSettings, isWorkedOn: Bool) {
    let coverage = Coverage(settings, corpus: corpus)
    let perturbed = standing.models.dropFirst()
    func count(_ status: ModelRecord.Status) -> Int { perturbed.count { $0.status == status } }
    let isComplete =
      standing.models.allSatisfy {
        $0.status == .succeeded && $0.answered >= coverage.columns.count
      }
      && zip(perturbed, coverage.repeats).allSatisfy { $0.repeated >= $1.count }
    let isUntouched = standing.models.allSatisfy { $0.answered == 0 && $0.started == nil }
    let phase: Phase =
      isComplete
      ? .complete
      : standing.ended != nil
        ? .partial : isUntouched ? .planned : isWorkedOn ? .running : .interrupted
    self.init(
      phase: phase,
      models: Models(
        planned: perturbed.count,
        succeeded: count(.succeeded),
        running: count(.running),
        failed: count(.failed)
      ),
      losses: Losses(
        expected: perturbed.count * coverage.columns.count,
        measured: perturbed.reduce(0) { $0 + $1.measured },
        missing: perturbed.reduce(0) { $0 + $1.missing },
        censored: perturbed.reduce(0) { $0 + $1.censored }
      ),
      dollars: standing.dollars,
      notes: (phase == .partial
        ? Self.notes(
          perturbed,
          columns: coverage.columns.count,
          matrix: settings.perturbation.matrix
        ) : [])
        + [
          phase == .interrupted ? "the next 'daunce run' goes on where it stopped" : nil,
          Self.deviation(standing.models.prefix(1), from: settings.targetHyperparameters),
          Self.deviation(perturbed, from: settings.hyperparameters),
          !isComplete && !standing.spending.isEmpty && settings.prompts?.method == .bdpl
            ? "what optimising a prompt costs is in the dollars once the prompt is found" : nil,
        ].compactMap { $0 }
    )
  }

  /// The same with the reasons why losses are missing, if any is.
  ///
  /// - Parameters:
  ///   - database: Where they are recorded.
  ///   - run: The run's number there.
  ///   - corpus: The run's examples.
  /// - Returns: The status.
  /// - Throws: `RunError` of the store.
  func explained(
    by database: RunDatabase,
    run: Int,
    _ corpus: Corpus
  ) throws(RunError) -> RunStatus {
    guard losses.missing > 0 else { return self }
    let entries = try storing { () throws(StoreError) in
      try database.missing(run: run, models: models.planned)
    }
    var status = self
    status.missing = Missing.grouped(
      entries.map { reason, number, count in
        (reason: reason, example: Self.id(of: number, corpus), count: count)
      }
    )
    return status
  }

  private static func id(of number: Int, _ corpus: Corpus) -> String {
    let query = number - corpus.train.count
    if query < 0 { return corpus.train[number].id }
    return corpus.queries.indices.contains(query) ? corpus.queries[query].id : "\(number)"
  }

  /// What hosts report to have done otherwise than they were asked, of the first such model.
  private static func deviation(
    _ models: ArraySlice<ModelRecord>,
    from asked: Hyperparameters
  ) -> String? {
    let otherwise = models.compactMap(\.hyperparameters?.plausible).filter { $0.contradicts(asked) }
    guard let done = otherwise.first else { return nil }
    let who = models.first?.position == -1 ? "the target" : "\(otherwise.count) of the models"
    return
      "the host trained \(who) otherwise than asked: with \(RunSettings.words(done)) instead of "
      + RunSettings.words(asked)
  }

  /// What it means for the scores that models were given up.
  private static func notes(
    _ models: ArraySlice<ModelRecord>,
    columns: Int,
    matrix: MatrixKind
  ) -> [String] {
    let read = models.count { $0.answered >= columns }
    guard read < models.count else { return [] }
    let untrained = models.count { $0.status != .succeeded }
    let unread = models.count - untrained - read
    let causes = [(untrained, "not trained"), (unread, "not read to the end")]
      .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    var notes = [
      "scores rest on \(read) of \(models.count) models: "
        + causes.joined(separator: ", ")
    ]
    // Only random subsets are a sample of models.
    if matrix != .subsets { return notes }
    if read > 0 {
      // The error of a covariance or correlation over K models falls with √K.
      let wider = (Double(models.count) / Double(read)).squareRoot()
      notes.append(
        "their intervals are about \((wider * 100).rounded() / 100) times as wide as planned"
      )
    }
    if read < 10 {
      notes.append("\(read) models are few: rankings below 10 are mostly noise")
    }
    return notes
  }
}

extension Hyperparameters {
  /// Whether both say something about the same thing, and not the same.
  fileprivate func contradicts(_ asked: Hyperparameters) -> Bool {
    func differ(_ one: Double?, _ other: Double?) -> Bool {
      guard let one, let other else { return false }
      // Hosts' rates are divided by their base rate on the way back.
      return abs(one - other) > 1e-6 * abs(other)
    }
    return differ(epochs.map(Double.init), asked.epochs.map(Double.init))
      || differ(batchSize.map(Double.init), asked.batchSize.map(Double.init))
      || differ(learningRateMultiplier, asked.learningRateMultiplier)
  }
}

extension RunStanding {
  /// US dollars spent so far; `nil` when no price is known.
  var dollars: Double? { spending.isEmpty ? nil : spending.reduce(0) { $0 + $1.dollars } }
}
