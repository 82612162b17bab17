/// What a provider charges, in US dollars; what it does not charge for is 0.
public struct Rates: Sendable, Hashable, Codable {
  /// A million tokens trained on, each epoch counted.
  public var trainingTokens: Double
  /// A million tokens read while scoring: prompts, and completions where they are echoed.
  public var promptTokens: Double
  /// A million tokens generated while scoring.
  public var completionTokens: Double
  /// One fine-tuning job, whatever its size.
  public var job: Double
  /// An hour of one model being open for scoring, such as a deployment's.
  public var hosting: Double

  package init(
    trainingTokens: Double = 0,
    promptTokens: Double = 0,
    completionTokens: Double = 0,
    job: Double = 0,
    hosting: Double = 0
  ) {
    self.trainingTokens = trainingTokens
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.job = job
    self.hosting = hosting
  }

  /// What local models charge: nothing.
  public static let free = Rates()

  /// Whether every rate is a finite number and not negative.
  public var isValid: Bool {
    [trainingTokens, promptTokens, completionTokens, job, hosting]
      .allSatisfy { $0.isFinite && $0 >= 0 }
  }

  /// What jobs cost.
  ///
  /// - Parameters:
  ///   - tokens: Tokens trained on, all jobs and epochs together.
  ///   - jobs: Number of jobs.
  /// - Returns: US dollars.
  func training(tokens: Int, jobs: Int = 1) -> Double {
    Double(max(0, tokens)) * trainingTokens / 1e6 + Double(jobs) * job
  }

  /// What reading losses costs.
  ///
  /// Each is taken to have its whole example read and one token generated, the one that hosts insist
  /// on.
  ///
  /// - Parameters:
  ///   - tokens: Tokens of the examples.
  ///   - examples: Number of examples.
  /// - Returns: US dollars.
  func scoring(tokens: Int, examples: Int) -> Double {
    (Double(max(0, tokens)) * promptTokens + Double(examples) * completionTokens) / 1e6
  }

  /// What it costs to keep one model open.
  func hosting(_ duration: Duration) -> Double { max(0, duration / .seconds(3600)) * hosting }
}
