extension PromptOptimizer {
  /// How long a prompt is and how much is spent on finding it.
  public struct Settings: Sendable, Hashable, Codable {
    /// Positions of the prompt, ℓ; each holds one segment.
    public var length: Int
    /// Prompts drawn in each step, I; at least 2.
    public var samples: Int
    /// Most passes over the examples.
    public var epochs: Int
    /// Examples of a step; the last step of an epoch may have fewer.
    public var batchSize: Int
    /// Learning rate of Adam, in probability.
    public var learningRate: Double
    /// Most inputs scored in the whole optimisation.
    public var callLimit: Int

    /// Creates settings; `optimize` refuses impossible ones.
    public init(
      length: Int,
      samples: Int,
      epochs: Int,
      batchSize: Int,
      learningRate: Double,
      callLimit: Int
    ) {
      self.length = length
      self.samples = samples
      self.epochs = epochs
      self.batchSize = batchSize
      self.learningRate = learningRate
      self.callLimit = callLimit
    }

    /// What DAUNCE's authors report, for subsets of 512 examples.
    ///
    /// Length, epochs, batch size and learning rate are theirs. They do not report the samples (10 is the
    /// smaller of the BDPL scripts' defaults), the vocabulary, or a call limit: this one, for want of theirs,
    /// lets all 20 epochs on 512 examples finish.
    public static let paper = Settings(
      length: 50,
      samples: 10,
      epochs: 20,
      batchSize: 4,
      learningRate: 1e-3,
      callLimit: 112_640
    )

    /// A small fraction of the paper's cost: 1,000 to 2,000 inputs for subsets of 50 to 100 examples.
    ///
    /// Chosen for cost alone, not tuned.
    public static let frugal = Settings(
      length: 8,
      samples: 4,
      epochs: 4,
      batchSize: 16,
      learningRate: 0.01,
      callLimit: 8_000
    )

    /// Lengths and samples beyond this are refused, as a slip.
    private static let largest = 10_000

    /// The most inputs that one optimisation scores: draws, and the judging of each epoch's prompt.
    ///
    /// - Parameter examples: Size of the subset.
    /// - Returns: epochs · (samples + 1) · examples, or the call limit if that is lower.
    public func scoredInputs(examples: Int) -> Int {
      let (epoch, tooMany) = examples.multipliedReportingOverflow(by: samples &+ 1)
      let (all, overflow) = epoch.multipliedReportingOverflow(by: epochs)
      return tooMany || overflow ? callLimit : min(all, callLimit)
    }

    /// Refuses settings under which not even one step can be taken and judged.
    func check(examples: Int, vocabulary: Int) throws(AttributionError) {
      let cause: String? =
        if examples < 1 {
          "it needs at least one example"
        } else if vocabulary < 1 {
          "the vocabulary is empty"
        } else if epochs < 1 || batchSize < 1 {
          "epochs and batch size are at least 1"
        } else if !(1...Self.largest).contains(length) {
          "a length is from 1 to \(Self.largest), not \(length)"
        } else if !(2...Self.largest).contains(samples) {
          "samples are from 2 to \(Self.largest), not \(samples)"
        } else if !(learningRate > 0 && learningRate.isFinite) {
          "a learning rate is above 0"
        } else if samples * min(batchSize, examples) + examples > callLimit {
          "one step and judging its prompt score \(samples * min(batchSize, examples) + examples) inputs,"
            + " and the limit is \(callLimit)"
        } else {
          nil
        }
      guard let cause else { return }
      throw AttributionError(.invalidDesign, "cannot optimise a prompt", cause: cause)
    }
  }
}
