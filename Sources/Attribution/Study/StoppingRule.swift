public import Experiment

/// When a run that grows batch by batch has models enough.
///
/// The batches are fixed beforehand, so that looking often does not make the end come early.
public struct StoppingRule: Sendable, Hashable {
  /// Models of the first batch.
  public static let first = 10
  /// Models that each further batch adds.
  public static let batch = 5
  /// Draws that must agree on the best rows.
  static let agreement = 0.8

  /// The most models, K.
  public let max: Int

  /// A rule that ends with so many models at the latest.
  public init(max: Int) { self.max = max }

  /// Numbers of models after which one looks, ascending; the last is `max`.
  public var looks: [Int] {
    Array(stride(from: Self.first, to: max, by: Self.batch)) + [max]
  }

  /// Why the models are enough.
  ///
  /// A behaviour is settled once rows are above chance and stay the best in most draws. One of which nothing
  /// is above chance keeps a run growing up to half of `max`.
  ///
  /// - Parameter behaviours: How far each has settled with the same models.
  /// - Returns: A clause; `nil` where they are not enough.
  public func reason(toStop behaviours: [Convergence]) -> String? {
    let open = behaviours.filter { behaviour in
      (behaviour.above ?? 0) == 0
        ? 2 * behaviour.models < max : behaviour.stability < Self.agreement
    }
    guard open.isEmpty, !behaviours.isEmpty else { return nil }
    let silent = behaviours.filter { ($0.above ?? 0) == 0 }
    if silent.count == behaviours.count { return "nothing is above chance with half of the models" }
    return "the rows above chance stay the best in 80 % of bootstrap draws"
      + (silent.isEmpty
        ? ""
        : "; above chance is nothing of \(silent.map { "'\($0.behaviour)'" }.joined(separator: ", "))")
  }
}
