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

    /// `optimize` refuses impossible settings.
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
    /// - Parameters:
    ///   - examples: Size of the subset.
    ///   - inputsPerExample: Inputs that the loss of one example takes.
    /// - Returns: epochs · (samples + 1) · examples · inputs, or the call limit if that is lower.
    public func scoredInputs(examples: Int, inputsPerExample: Int = 1) -> Int {
      let (inputs, many) = examples.multipliedReportingOverflow(by: inputsPerExample)
      let (epoch, tooMany) = inputs.multipliedReportingOverflow(by: samples &+ 1)
      let (all, overflow) = epoch.multipliedReportingOverflow(by: epochs)
      return many || tooMany || overflow ? callLimit : min(all, callLimit)
    }

    /// The most calls that these inputs take, where a call scores up to `batch` inputs.
    func scoringCalls(examples: Int, inputsPerExample: Int = 1, batch: Int) -> Int {
      guard examples > 0, inputsPerExample > 0, batchSize > 0, batch > 0 else { return 0 }
      // In floating point: what a user asks for may be more than an integer holds.
      let width = Double(inputsPerExample)
      func calls(_ examples: Int) -> Double {
        (Double(examples) * width / Double(batch)).rounded(.up)
      }
      let (whole, rest) = examples.quotientAndRemainder(dividingBy: batchSize)
      let draws = Double(whole) * calls(batchSize) + calls(rest)
      let epoch = Double(samples) * draws + calls(examples)
      let inputs = Double(examples) * width * (Double(samples) + 1)
      // Of the inputs that the epochs, or the limit, leave, as many calls as an epoch takes for its own.
      let share = Double(scoredInputs(examples: examples, inputsPerExample: inputsPerExample))
      return Int(min((epoch * share / inputs).rounded(.up), 1e15))
    }

    /// Refuses settings under which not even one step can be taken and judged.
    func check(
      examples: Int,
      inputsPerExample: Int = 1,
      vocabulary: Int
    ) throws(AttributionError) {
      // Evaluated only once its factors are known to be small.
      var step: Int { (samples * min(batchSize, examples) + examples) * inputsPerExample }
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
        } else if step > callLimit {
          "one step and judging its prompt score \(step) inputs, and the limit is \(callLimit)"
        } else {
          nil
        }
      guard let cause else { return }
      throw AttributionError(
        .invalidDesign,
        "cannot optimise a prompt",
        cause: cause,
        hint: cause.hasSuffix("the limit is \(callLimit)")
          ? "raise perturbation.callLimit, or lower subsetSize" : nil
      )
    }
  }
}
