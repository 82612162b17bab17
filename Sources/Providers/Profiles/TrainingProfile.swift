/// How a host fine-tunes.
public struct TrainingProfile: Sendable, Hashable, Decodable {
  /// Whose job protocol it speaks.
  public enum Wire: String, Sendable, Hashable, Decodable {
    /// OpenAI's files and fine-tuning jobs, with variations told by the other fields.
    case openai
    /// Together AI's.
    case together
    /// Fireworks AI's.
    case fireworks
  }

  /// Whose job protocol it speaks.
  public var wire: Wire
  /// Jobs it runs side by side.
  public var parallelJobs: Int
  /// Smallest training set it accepts.
  public var minimumExamples: Int
  /// Whether a job may start from an already tuned model.
  public var continuesTuned: Bool
}
