internal import Experiment
internal import Store

extension RunStatus {
  /// Where a run stands according to its store.
  init(_ standing: RunStanding, corpus: Corpus, settings: RunSettings) {
    let columns = corpus.train.count + corpus.queries.count
    let perturbed = standing.models.dropFirst()
    func count(_ status: ModelRecord.Status) -> Int { perturbed.count { $0.status == status } }
    let repeats = settings.repeatedPairs(train: corpus.train.count, queries: corpus.queries.count)
    let isComplete =
      standing.models.allSatisfy { $0.status == .succeeded && $0.answered == columns }
      && zip(perturbed, repeats).allSatisfy { $0.repeated == $1.count }
    let isUntouched = standing.models.allSatisfy { $0.answered == 0 && $0.started == nil }
    let phase: Phase =
      isComplete
      ? .complete : standing.ended != nil ? .partial : isUntouched ? .planned : .running
    self.init(
      phase: phase,
      models: Models(
        planned: perturbed.count,
        succeeded: count(.succeeded),
        running: count(.running),
        failed: count(.failed)
      ),
      losses: Losses(
        expected: perturbed.count * columns,
        measured: perturbed.reduce(0) { $0 + $1.measured },
        missing: perturbed.reduce(0) { $0 + $1.missing },
        censored: perturbed.reduce(0) { $0 + $1.censored }
      ),
      dollars: standing.spending.isEmpty
        ? nil : standing.spending.reduce(0) { $0 + $1.dollars },
      notes: phase == .partial ? Self.notes(perturbed, columns: columns) : []
    )
  }

  /// What it means for the scores that models were given up.
  private static func notes(_ models: ArraySlice<ModelRecord>, columns: Int) -> [String] {
    let priced = models.count { $0.answered == columns }
    guard priced < models.count else { return [] }
    let untrained = models.count { $0.status != .succeeded }
    let unpriced = models.count - untrained - priced
    let causes = [(untrained, "not trained"), (unpriced, "not priced to the end")]
      .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    var notes = [
      "scores rest on \(priced) of \(models.count) models: "
        + causes.joined(separator: ", ")
    ]
    if priced > 0 {
      // The error of a covariance or correlation over K models falls with √K.
      let wider = (Double(models.count) / Double(priced)).squareRoot()
      notes.append(
        "their intervals are about \((wider * 100).rounded() / 100) times as wide as planned"
      )
    }
    if priced < 10 {
      notes.append("\(priced) models are few: rankings below 10 are mostly noise")
    }
    return notes
  }
}
