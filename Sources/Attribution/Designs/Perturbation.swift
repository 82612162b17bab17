public import Experiment

/// How the models of a run come about, and so what their loss matrix holds.
public enum Perturbation: Sendable, Hashable {
  /// Each model is fine-tuned on its subset of the training rows.
  case finetune
  /// Each model is θ0 behind a prompt.
  case prompt(PromptPerturbation)
  /// Each model is a small step on the queries of one behaviour.
  case mirror(MirrorPerturbation)
  /// Each model is trained as θ0 was, on all rows but those that are taken away.
  case removal

  /// The prompts; `nil` where models are fine-tuned.
  public var prompt: PromptPerturbation? {
    if case .prompt(let prompt) = self { prompt } else { nil }
  }

  /// The mirrored jobs; `nil` for other models.
  public var mirror: MirrorPerturbation? {
    if case .mirror(let mirror) = self { mirror } else { nil }
  }

  /// The same of one seed: a run may grow by seeds as by models.
  public var ofOneSeed: Perturbation {
    guard var mirror else { return self }
    mirror.seeds = 1
    return .mirror(mirror)
  }

  /// How often a member stands in the file of a job, at least 1.
  public var copies: Int { max(1, mirror?.copies ?? 1) }

  /// What subsets are drawn from.
  public var unit: Unit { mirror == nil ? .row : .query }

  /// What the rows of the matrix are.
  public var matrix: MatrixKind {
    switch self {
    case .finetune: .subsets
    case .prompt(let prompt): prompt.method == .probing ? .queries : .subsets
    case .mirror: .mirrors
    case .removal: .removals
    }
  }

  /// The perturbation in words.
  public var words: String {
    switch self {
    case .finetune: "fine-tunes"
    case .prompt(let prompt): "\(prompt)"
    case .mirror(let mirror):
      "steps \(mirror.direction.rawValue) on each query \(mirror.copies) times"
    case .removal: "removal"
    }
  }

  /// Adds all that decides which model a subset gives, its members, start and hyperparameters apart.
  ///
  /// Removal trains on a subset as fine-tuning does, so that equal jobs of both are one.
  public func add(to key: inout ContentKey) {
    switch self {
    case .finetune, .removal, .mirror: key.add("perturbation", "finetune")
    case .prompt(let prompt):
      key.add("perturbation", "prompt")
      prompt.add(to: &key)
    }
  }
}

/// What the rows of a loss matrix are; an estimator reads one kind.
public enum MatrixKind: String, Sendable, Hashable {
  /// A model a random subset of the training rows; rows and queries are columns.
  case subsets
  /// A model a query in front of θ0; only training rows are columns.
  case queries
  /// A model trained on queries; only training rows are columns.
  case mirrors
  /// A model trained without some of the rows; only queries are columns.
  case removals

  /// Whether losses of training rows are read.
  public var readsRows: Bool { self != .removals }

  /// Whether losses of queries are read.
  public var readsQueries: Bool { self == .subsets || self == .removals }

  /// Whether a subset without members is a model of its own, the start as it is.
  public var comparesStart: Bool { self == .mirrors || self == .removals }
}
