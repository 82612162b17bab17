import Attribution
import Runs
import Experiment

extension Workbench {
  /// Picks the training rows that a run losses.
  ///
  /// - Parameters:
  ///   - filter: What the configuration says; `nil` losses all.
  ///   - corpus: The examples.
  ///   - seed: Seed of the audit sample.
  /// - Returns: The candidates; `nil` losses all.
  /// - Throws: `Failure` for a store of another training set; what reading it throws.
  static func candidates(
    _ filter: Configuration.CandidateFilter?,
    corpus: Corpus,
    seed: UInt64
  ) throws -> Candidates? {
    guard let filter else { return nil }
    var picked = Candidates.nearest(filter.nearest, in: corpus)
    if let path = filter.probing {
      let record = try RunRecord(path: path)
      guard record.settings.isProbing, record.status.phase == .complete,
        record.corpus.train.map(\.text).elementsEqual(
          corpus.train.map(\.text),
          by: { $0.areSame(as: $1) }
        )
      else {
        throw Failure(
          .usage,
          "cannot pick candidates by '\(path)': it holds no complete probing of these training examples",
          hint: "run one with perturbation: { kind: \"prompt\", method: \"probing\" }"
        )
      }
      for list in try Study(record).top(filter.top) { picked.formUnion(list.map(\.example)) }
    }
    return Candidates(picked: picked, of: corpus.train.count, audit: filter.audit, seed: seed)
  }
}

extension Example {
  /// What tells two examples' contents apart.
  fileprivate var text: [String] { [prompt.text, completion] }
}

extension RunSettings {
  /// What a candidate filter does to the run, in one sentence; `nil` without one.
  ///
  /// - Parameter corpus: The examples.
  /// - Returns: The sentence.
  func candidateNote(_ corpus: Corpus) -> String? {
    guard let candidates else { return nil }
    let read = candidates.all.count
    let saved = (candidates.rows - read) * (models + 1)
    return "candidates: \(read) of \(candidates.rows) training rows are read "
      + "(\(candidates.picked.count) picked, \(candidates.audit.count) audited at random), which saves "
      + "\(saved) losses; the others get no score"
  }
}
