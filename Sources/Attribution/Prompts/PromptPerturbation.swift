/// How models are perturbed where fine-tuning is not allowed: each is θ0 behind another prompt.
///
/// What such models tell is similarity of behaviour under perturbation, no proof of a cause.
public struct PromptPerturbation: Sendable, Hashable, Codable {
  /// Where a prompt comes from.
  public enum Method: String, Sendable, Hashable, Codable, CaseIterable {
    /// Training examples drawn from the model's subset.
    case demonstrations
    /// Segments of the training text, optimised to lower the subset's losses: the paper's method.
    case bdpl
    /// Segments drawn from the training text, not optimised.
    case random
    /// Each query in its turn, as the one demonstration in front of every training row.
    ///
    /// In-context probing: a row is scored by what the demonstration takes off its loss.
    /// - SeeAlso: Jiao et al., "In-Context Probing Approximates Influence Function for Data Valuation",
    ///   arXiv 2407.12259; the mirrored form, methods handbook 8.3(b).
    case probing
  }

  /// Where a prompt comes from.
  public var method: Method
  /// Training examples in front of each priced one; for `demonstrations`.
  public var demonstrations: Int
  /// Segments of a prompt; for `random` and `bdpl`.
  public var length: Int
  /// Segments to draw from, the most frequent ones; for `random` and `bdpl`.
  public var vocabulary: Int
  /// How a prompt is optimised, its length apart; for `bdpl`.
  public var optimizer: PromptOptimizer.Settings

  /// Creates a perturbation.
  ///
  /// - Parameters:
  ///   - method: Where a prompt comes from.
  ///   - demonstrations: Training examples in front of each priced one, at least 1.
  ///   - length: Segments of a prompt, at least 1.
  ///   - vocabulary: Segments to draw from, at least 2.
  ///   - optimizer: How a prompt is optimised; its length is `length`.
  public init(
    method: Method,
    demonstrations: Int = 1,
    length: Int = 8,
    vocabulary: Int = 100,
    optimizer: PromptOptimizer.Settings = .frugal
  ) {
    self.method = method
    self.demonstrations = demonstrations
    self.length = length
    self.vocabulary = vocabulary
    self.optimizer = optimizer
    self.optimizer.length = length
  }
}

extension PromptPerturbation: CustomStringConvertible {
  /// What it is, in words, with all that changes results.
  public var description: String {
    switch method {
    case .demonstrations: "\(demonstrations) demonstration\(demonstrations == 1 ? "" : "s")"
    case .probing: "in-context probing"
    case .random: "random prompts of \(length) segments out of \(vocabulary)"
    case .bdpl:
      "BDPL prompts of \(length) segments out of \(vocabulary), \(optimizer.samples) samples, "
        + "\(optimizer.epochs) epochs, batch size \(optimizer.batchSize), learning rate "
        + "\(optimizer.learningRate), at most \(optimizer.callLimit) inputs"
    }
  }
}

extension PromptPerturbation {
  /// What every reader of scores that rest on prompts has to know.
  package var caution: String {
    "the models are θ0 behind prompts (\(self)), not fine-tunes: scores tell "
      + (method == .probing
        ? "what a query in front of a row takes off its loss"
        : "whose losses move alike under perturbation")
      + ", no proof of a cause"
  }

  /// What to consider before such a run; `nil` when there is nothing better to do.
  package var advice: String? {
    switch method {
    case .bdpl:
      "BDPL scores up to \(optimizer.callLimit) inputs a model to optimise its prompt; in our "
        + "measurements demonstrations and random prompts, which score none, did as well"
    case .probing:
      "in-context probing prices every training row once a query: above 25 queries, "
        + "demonstrations with 25 models cost less, and they found more on two of our three scenarios"
    case .demonstrations, .random: nil
    }
  }
}
