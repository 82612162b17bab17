package import Experiment

/// A family of models on fixed examples, whose losses are differentiable functions of θ.
///
/// An instance holds the architecture and all examples (training examples and queries alike), which
/// are named by position; parameters are passed in, so that one instance serves any number of
/// perturbed models on any number of threads.
package protocol DifferentiableModel: Sendable {
  /// Number of examples.
  var count: Int { get }

  /// The linear layers, which together hold all of θ, in the order of their offsets.
  var layers: [Layer] { get }

  /// Parameters to start training from.
  func initialParameters(seed: UInt64) -> [Double]

  /// The logits of some examples as a function of θ.
  ///
  /// - Parameter members: Positions of the examples; one may appear more than once.
  /// - Returns: A batch whose rows follow the order of `members`.
  func batch(of members: [Int]) -> Batch

  /// Adds the architecture and all examples: what decides every loss, parameters apart.
  func add(to key: inout ContentKey)
}

extension DifferentiableModel {
  /// Number of parameters, p.
  package var parameterCount: Int { layers.last?.range.upperBound ?? 0 }
}
