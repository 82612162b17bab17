import Attribution
import Configuration
import Experiment
import Runs

extension Candidates {
  /// Picks the training rows whose losses a run reads.
  init(_ filter: RunConfiguration.CandidateFilter, of corpus: Corpus, seed: UInt64) throws {
    var picked = Self.nearest(filter.nearest, in: corpus)
    if let path = filter.probing {
      let record = try RunRecord(path: path)
      guard record.settings.perturbation.matrix == .queries, record.status.phase == .complete,
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
    self.init(picked: picked, of: corpus.train.count, audit: filter.audit, seed: seed)
  }
}

extension Example {
  /// What tells two examples' contents apart.
  fileprivate var text: [String] { [prompt.text, completion] }
}
