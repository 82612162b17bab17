internal import Attribution
internal import Experiment

extension RunSettings {
  /// What a user must know before the run, one sentence each: of prompts, of steps, and of rows left out.
  package var notes: [String] {
    ([prompts?.caution, prompts?.labelling, prompts?.advice] + mirrorNotes + [candidateNote])
      .compactMap(\.self)
  }

  private var mirrorNotes: [String?] {
    guard let mirror = perturbation.mirror else { return [] }
    let behaviours = (models - 1) / max(1, mirror.seeds)
    let (seeds, copies) = (mirror.seeds, perturbation.copies)
    return [
      "mirrored jobs: \(behaviours) \(behaviours == 1 ? "behaviour" : "behaviours"), "
        + "\(seeds) \(seeds == 1 ? "step" : "steps") \(mirror.direction.rawValue) on each ("
        + Self.words(hyperparameters) + "); every training row is read under each of them, and "
        + "under the \(start.rawValue) before",
      copies > 1
        ? "each query stands \(copies) times in its job's file, which has too few rows for the host "
          + "otherwise" : nil,
      start == .target && mirror.direction == .up
        ? "steps up from the target say little where it shows the behaviour already: its rows' losses have "
          + "nowhere to fall; name target.base to start from the base" : nil,
      behaviours == 1
        ? "there is no other behaviour to compare with: queries of one with the same output and another "
          + "cause, under a tag of their own, would tell format from cause" : nil,
    ]
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
