internal import Attribution

extension RunSettings {
  /// What a user must know before the run, one sentence each: of prompts, and of rows left out.
  package var notes: [String] {
    [prompts?.caution, prompts?.labelling, prompts?.advice, candidateNote].compactMap(\.self)
  }

  private var candidateNote: String? {
    guard let candidates else { return nil }
    let read = candidates.all.count
    let saved = (candidates.rows - read) * (models + 1)
    return "candidates: \(read) of \(candidates.rows) training rows are read "
      + "(\(candidates.picked.count) picked, \(candidates.audit.count) audited at random), which saves "
      + "\(saved) losses; the others get no score"
  }
}
