public import Experiment

/// How far a run is, for a progress line.
public struct RunProgress: Sendable, Hashable {
  /// What the run is doing.
  public enum Stage: String, Sendable, Hashable {
    /// training θ0 or reading its losses.
    case target
    /// Training and reading losses of the perturbed models.
    case models
  }

  /// What the run is doing.
  public internal(set) var stage: Stage
  /// Perturbed models the design asks for.
  public let models: Int
  /// Perturbed models trained, earlier sessions included.
  public internal(set) var trained: Int
  /// Perturbed models read to the end.
  public internal(set) var read: Int
  /// Perturbed models given up in this session.
  public internal(set) var failed: Int
  /// Losses recorded, θ0's and second ones included.
  public internal(set) var pairs: Int
  /// Losses that the whole run needs, θ0's and second ones included.
  public let expectedPairs: Int
  /// US dollars spent by the run, earlier sessions included; `nil` when no price is known.
  public internal(set) var dollars: Double?
  /// How far each training under way is, by model name.
  public internal(set) var training: [String: TrainingProgress] = [:]
}

/// Something that happened in a run, with how far it is by then.
///
/// Events of models that are worked on at once may arrive out of order.
public struct RunEvent: Sendable, Hashable {
  /// What happened.
  public enum Occurrence: Sendable, Hashable {
    /// A training advanced, or losses arrived.
    case advanced
    /// A model has been trained.
    case trained(model: String)
    /// A model has been read to the end.
    case read(model: String)
    /// A model's training or the reading of its losses failed; the run goes on without it.
    case failed(model: String, reason: String)
  }

  /// What happened.
  public let occurrence: Occurrence
  /// How far the run is.
  public let progress: RunProgress
}
