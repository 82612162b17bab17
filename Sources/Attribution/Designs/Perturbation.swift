public import Experiment

/// How the models of a run come about, and so what their loss matrix holds.
public enum Perturbation: Sendable, Hashable {
  /// Each model is fine-tuned on its subset of the training rows.
  case finetune
  /// Each model is θ0 behind a prompt.
  case prompt(PromptPerturbation)

  /// The prompts; `nil` where models are fine-tuned.
  public var prompt: PromptPerturbation? {
    if case .prompt(let prompt) = self { prompt } else { nil }
  }

  /// What the rows of the matrix are.
  public var matrix: MatrixKind { prompt?.method == .probing ? .queries : .subsets }

  /// Adds all that decides which model a subset gives, its members, start and hyperparameters apart.
  public func add(to key: inout ContentKey) {
    switch self {
    case .finetune: key.add("perturbation", "finetune")
    case .prompt(let prompt):
      key.add("perturbation", "prompt")
      prompt.add(to: &key)
    }
  }
}

/// What the rows of a loss matrix are; an estimator reads one kind.
public enum MatrixKind: Sendable, Hashable {
  /// A model a random subset of the training rows; rows and queries are columns.
  case subsets
  /// A model a query; only training rows are columns.
  case queries
}
