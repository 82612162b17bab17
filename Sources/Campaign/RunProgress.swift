public import Experiment

/// How far a run is, for a progress line.
public struct RunProgress: Sendable, Hashable {
  /// What the run is doing.
  public enum Stage: String, Sendable, Hashable {
    /// Training or pricing θ0.
    case target
    /// Training and pricing the perturbed models.
    case models
  }

  /// What the run is doing.
  public internal(set) var stage: Stage
  /// Perturbed models the design asks for.
  public let models: Int
  /// Perturbed models trained, earlier sessions included.
  public internal(set) var trained: Int
  /// Perturbed models priced to the end.
  public internal(set) var priced: Int
  /// Perturbed models given up in this session.
  public internal(set) var failed: Int
  /// Prices recorded, θ0's and second ones included.
  public internal(set) var pairs: Int
  /// Prices the whole run needs, θ0's and second ones included.
  public let expectedPairs: Int
  /// How far each training under way is, by model name.
  public internal(set) var training: [String: TrainingProgress] = [:]
}

/// Something that happened in a run, with how far it is by then.
///
/// Events of models that are worked on at once may arrive out of order.
public struct CampaignEvent: Sendable, Hashable {
  /// What happened.
  public enum Occurrence: Sendable, Hashable {
    /// A training advanced, or prices arrived.
    case advanced
    /// A model has been trained.
    case trained(model: String)
    /// A model has been priced to the end.
    case priced(model: String)
    /// A model's training or pricing failed; the run goes on without it.
    case failed(model: String, reason: String)
  }

  /// What happened.
  public let occurrence: Occurrence
  /// How far the run is.
  public let progress: RunProgress
}
