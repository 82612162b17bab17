package import Experiment

/// One of the ways to make prompts, for a plan that compares them.
package struct PromptOffer: Sendable {
  /// What a configuration calls it.
  package let name: String
  /// The prompts.
  package let perturbation: PromptPerturbation
  /// Whether it is what the run is configured for.
  package let isConfigured: Bool
  /// What measurements say of it, in words.
  package let evidence: String

  /// Models of the runs that the evidence is of; probing has one a query.
  package static let measuredModels = 25

  /// All ways, the ones that measurements speak for first; the configured one has its own settings.
  ///
  /// - Parameters:
  ///   - configured: What the run is configured for.
  ///   - train: The training examples; they show whether completions are labels.
  /// - Returns: One offer a method, and one for each preset of BDPL.
  package static func all(
    beside configured: PromptPerturbation,
    train: [Example]
  ) -> [PromptOffer] {
    let labels = configured.labels ?? LabelSet(recognisedIn: train)?.labels
    func paper(_ settings: PromptOptimizer.Settings) -> Bool { settings == .paper }
    let all: [(String, PromptPerturbation, String)] = [
      (
        "demonstrations", PromptPerturbation(method: .demonstrations),
        "scores nothing beside the losses; on the demo's scenarios and mmlu-backdoor it found planted rows "
          + "best, or as well as any within the scatter of seeds"
      ),
      (
        "random", PromptPerturbation(method: .random),
        "scores nothing beside the losses and has the shortest prompts; behind demonstrations where a "
          + "trigger word was planted, else as good"
      ),
      (
        "bdpl", PromptPerturbation(method: .bdpl, labels: labels),
        "found planted rows no better than random prompts beyond the scatter of seeds, and worse where a "
          + "trigger word was planted"
      ),
      (
        "bdpl, preset paper",
        PromptPerturbation(
          method: .bdpl,
          length: PromptOptimizer.Settings.paper.length,
          optimizer: .paper,
          labels: labels
        ),
        "the paper's own settings; not measured by us for its cost"
      ),
      (
        "probing", PromptPerturbation(method: .probing),
        "one model a query, which reads losses of training rows alone; found fewer planted rows than demonstrations "
          + "on two of the demo's three scenarios, about as many on the third"
      ),
    ]
    return all.map { name, open, evidence in
      let isConfigured =
        open.method == configured.method
        && (open.method != .bdpl || paper(open.optimizer) == paper(configured.optimizer))
      return PromptOffer(
        name: name,
        perturbation: isConfigured ? configured : open,
        isConfigured: isConfigured,
        evidence: evidence
      )
    }
  }
}
