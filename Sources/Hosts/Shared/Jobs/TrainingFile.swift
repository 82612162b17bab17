import Experiment

/// A training file as a host takes it.
struct TrainingFile: Sendable {
  /// What it is called.
  let tag: JobTag
  /// Its lines, and the byte order mark where the host wants one.
  let content: [UInt8]
  /// Whether it holds chat turns rather than prompts and completions.
  let isChat: Bool

  /// Writes a job's examples, with their weights where the host takes them.
  init(_ job: TrainingJob, tag: JobTag, profile: TrainingProfile) {
    self.tag = tag
    isChat = job.examples.contains { if case .chat = $0.prompt { true } else { false } }
    var content: [UInt8] = profile.byteOrderMark == true ? [0xEF, 0xBB, 0xBF] : []
    for (index, example) in job.examples.enumerated() {
      content += ExampleFile.trainingLine(
        for: example,
        weight: profile.weights == .topLevel ? job.weights?[index] : nil
      )
      content.append(UInt8(ascii: "\n"))
    }
    self.content = content
  }
}
