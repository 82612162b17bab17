import Kernels

/// Inner products of loss gradients, S = G·G_qᵀ, at the final model.
/// - SeeAlso: Charpiat et al., "Input Similarity from the Neural Network Perspective", 2019.
package struct GradientSimilarity: GradientMethod, Hashable {
  /// Whether gradients are divided by their norms: GradCos instead of GradDot.
  package var isCosine: Bool
  /// Whether only the last layer's parameters count.
  package var lastLayerOnly: Bool

  /// Creates a method.
  package init(isCosine: Bool = false, lastLayerOnly: Bool = false) {
    self.isCosine = isCosine
    self.lastLayerOnly = lastLayerOnly
  }

  package var name: String {
    (isCosine ? "gradient cosine" : "gradient product") + (lastLayerOnly ? ", last layer" : "")
  }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    var work = Work()
    var train = problem.trainGradients(work: &work)
    var queries = problem.queryGradients(work: &work)
    if lastLayerOnly {
      train = problem.model.lastLayer(of: train)
      queries = problem.model.lastLayer(of: queries)
    }
    if isCosine {
      train.normaliseRows()
      queries.normaliseRows()
    }
    return try problem.scores(name, product(queries, train, transposingB: true), work)
  }
}
