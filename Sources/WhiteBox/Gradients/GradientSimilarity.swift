import Kernels

/// Inner products of loss gradients, S = G·G_qᵀ, at the final model.
/// - SeeAlso: Charpiat et al., "Input Similarity from the Neural Network Perspective", 2019.
package struct GradientSimilarity: GradientMethod, Hashable {
  /// Whether gradients are divided by their norms: GradCos instead of GradDot.
  package var isCosine: Bool

  package init(isCosine: Bool = false) { self.isCosine = isCosine }

  package var name: String { isCosine ? "gradient cosine" : "gradient product" }

  package func scores(_ problem: AttributionProblem) throws -> GradientScores {
    var work = Work()
    var train = problem.trainGradients(work: &work)
    var queries = problem.queryGradients(work: &work)
    let squares = train.rowProducts(with: train)
    if isCosine {
      train.normaliseRows()
      queries.normaliseRows()
    }
    var result = try problem.scores(name, product(queries, train, transposingB: true), work)
    if !isCosine { result.selfScores = squares }
    return result
  }
}
