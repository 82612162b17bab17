public import Experiment

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
    ///   arXiv 2407.12259; here query and row change places.
    case probing
  }

  /// Where a prompt comes from.
  public var method: Method
  /// Training examples in front of each read one; for `demonstrations`.
  public var demonstrations: Int
  /// Segments of a prompt; for `random` and `bdpl`.
  public var length: Int
  /// Segments to draw from, the most frequent ones; for `random` and `bdpl`.
  public var vocabulary: Int
  /// How a prompt is optimised, its length apart; for `bdpl`.
  public var optimizer: PromptOptimizer.Settings
  /// The closed set that completions are out of; for `bdpl`.
  ///
  /// Where there are some, an example's loss is that of its label among them; for none, and for `nil`,
  /// it is the NLL of its completion. `nil` leaves it to `resolved(for:)` to recognise them.
  public var labels: [String]?

  /// Creates a perturbation.
  ///
  /// - Parameters:
  ///   - method: Where a prompt comes from.
  ///   - demonstrations: Training examples in front of each read one, at least 1.
  ///   - length: Segments of a prompt, at least 1.
  ///   - vocabulary: Segments to draw from, at least 2.
  ///   - optimizer: How a prompt is optimised; its length is `length`.
  ///   - labels: The closed set that completions are out of.
  public init(
    method: Method,
    demonstrations: Int = 1,
    length: Int = 8,
    vocabulary: Int = 100,
    optimizer: PromptOptimizer.Settings = .frugal,
    labels: [String]? = nil
  ) {
    self.method = method
    self.demonstrations = demonstrations
    self.length = length
    self.vocabulary = vocabulary
    self.optimizer = optimizer
    self.optimizer.length = length
    self.labels = labels
  }

  /// The perturbation with the labels that the training data show, where they were left open.
  ///
  /// - Parameter train: The training examples.
  /// - Returns: The same with labels, none where completions are free text or nothing is optimised.
  /// - Throws: `AttributionError` of code `invalidDesign` when given labels lack an example's.
  public func resolved(for train: [Example]) throws(AttributionError) -> PromptPerturbation {
    var result = self
    if let labels, !labels.isEmpty {
      result.labels = try LabelSet(labels, of: train).labels
    } else if labels == nil, method == .bdpl {
      result.labels = LabelSet(recognisedIn: train)?.labels
    }
    return result
  }

  /// Inputs that the loss of one example takes while a prompt is optimised.
  var inputsPerExample: Int { max(1, labels?.count ?? 1) }
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
        + (inputsPerExample > 1 ? ", loss of the label among \(listed(labels ?? []))" : "")
    }
  }
}

/// Texts in quotes, one after another.
private func listed(_ texts: [String]) -> String {
  texts.map { "'\($0)'" }.joined(separator: ", ")
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

  /// Whose loss is optimised where completions are labels; `nil` for free text.
  package var labelling: String? {
    guard method == .bdpl, let labels, labels.count > 1 else { return nil }
    return
      "every completion is one of \(labels.count) labels (\(listed(labels))): BDPL lowers the loss of "
      + "the label among them and scores \(labels.count) inputs an example; perturbation.labels: [] takes "
      + "completions as free text"
  }

  /// What to consider before such a run; `nil` when there is nothing better to do.
  package var advice: String? {
    switch method {
    case .bdpl:
      "BDPL scores up to \(optimizer.callLimit) inputs a model to optimise its prompt; in our "
        + "measurements demonstrations and random prompts, which score none, did as well"
    case .probing:
      "in-context probing reads every training row once a query: above 25 queries, "
        + "demonstrations with 25 models cost less, and they found more on two of our three scenarios"
    case .demonstrations, .random: nil
    }
  }
}
