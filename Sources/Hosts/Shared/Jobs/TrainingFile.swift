import Experiment

/// A training file as a host takes it.
struct TrainingFile: Sendable {
  let tag: JobTag
  /// Its lines, and the byte order mark where the host wants one.
  let content: [UInt8]
  /// Whether it holds chat turns rather than prompts and completions.
  let isChat: Bool

  /// Writes a job's examples, with their weights where the host takes them.
  init(_ job: ModelJob, tag: JobTag, profile: TrainingProfile) {
    self.tag = tag
    isChat = job.examples.contains { if case .chat = $0.prompt { true } else { false } }
    content =
      (profile.byteOrderMark == true ? [0xEF, 0xBB, 0xBF] : [])
      + job.lines(weighted: profile.weights == .topLevel)
  }
}

extension ModelJob {
  /// Its rows as JSON Lines, a top-level `weight` in each where it has weights and they are wanted.
  func lines(weighted: Bool) -> [UInt8] {
    examples.enumerated().flatMap { index, example in
      ExampleFile.trainingLine(for: example, weight: weighted ? weights?[index] : nil)
        + [UInt8(ascii: "\n")]
    }
  }
}
