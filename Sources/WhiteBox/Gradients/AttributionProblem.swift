package import Experiment
package import Kernels
package import ReferenceModels

/// What gradient methods explain: a trained model, its training examples and the queries.
package struct AttributionProblem: Sendable {
  /// The architecture with all examples.
  package let model: any DifferentiableModel
  /// Positions of the training examples, all of which are scored: N of them.
  package let train: [Int]
  /// Positions of the queries.
  package let queries: [Int]
  /// θ, the final model.
  package let parameters: [Double]
  /// λ of the penalty ½λ‖θ‖² of training; its curvature is added to that of the losses.
  package let ridge: Double

  /// Creates a problem.
  ///
  /// - Throws: `WhiteBoxError` when there is nothing to score, or a parameter is not finite.
  package init(
    _ model: any DifferentiableModel,
    train: [Int],
    queries: [Int],
    parameters: [Double],
    ridge: Double = 0
  ) throws {
    guard !train.isEmpty, !queries.isEmpty else {
      throw WhiteBoxError(
        .settings,
        "cannot attribute",
        cause: "there are \(train.count) training examples and \(queries.count) queries",
        hint: "name at least one of each"
      )
    }
    guard parameters.count == model.parameterCount, parameters.allSatisfy(\.isFinite) else {
      throw WhiteBoxError(
        .settings,
        "cannot attribute",
        cause: "the parameters are not \(model.parameterCount) finite numbers",
        hint: "pass those of a training that converged"
      )
    }
    guard ridge >= 0, ridge.isFinite else {
      throw WhiteBoxError(
        .settings,
        "cannot attribute",
        cause: "the ridge \(ridge) is not a finite number of at least 0",
        hint: "pass the λ of training, 0 for none"
      )
    }
    self.model = model
    self.train = train
    self.queries = queries
    self.parameters = parameters
    self.ridge = ridge
  }

  /// Loss gradients of the training examples: N×p.
  package func trainGradients(at parameters: [Double]? = nil, work: inout Work) -> DoubleMatrix {
    work.gradients += train.count
    return model.gradients(of: train, at: parameters ?? self.parameters)
  }

  /// Loss gradients of the queries: queries × p.
  package func queryGradients(at parameters: [Double]? = nil, work: inout Work) -> DoubleMatrix {
    work.gradients += queries.count
    return model.gradients(of: queries, at: parameters ?? self.parameters)
  }

  /// Scores from a matrix of queries × N.
  ///
  /// - Parameters:
  ///   - name: Name of the method.
  ///   - values: One row a query.
  ///   - work: What they cost.
  ///   - measurable: Whether each example could be scored; `nil` for all.
  /// - Returns: The scores.
  /// - Throws: `WhiteBoxError` when one of them is not finite.
  func scores(
    _ name: String,
    _ values: DoubleMatrix,
    _ work: Work,
    measurable: [Bool]? = nil
  ) throws -> GradientScores {
    precondition(values.rows == queries.count && values.columns == train.count)
    guard values.values.allSatisfy(\.isFinite) else {
      throw WhiteBoxError(
        .diverged,
        "cannot score by \(name)",
        cause: "some scores are not finite",
        hint: "raise the damping"
      )
    }
    let scores = Scores(
      estimator: name,
      train: train.map { "\($0)" },
      queries: queries.map { "\($0)" },
      values: values.values,
      measurable: measurable ?? [Bool](repeating: true, count: train.count)
    )
    return GradientScores(scores: scores, work: work)
  }
}

/// What scores cost, in runs through the model of one example each.
package struct Work: Sendable, Hashable {
  /// Gradients.
  package var gradients = 0
  /// Products of one example's curvature with one vector.
  package var products = 0
  /// Right sides whose solver stopped at its last iteration above its tolerance.
  package var unconverged = 0

  package init(gradients: Int = 0, products: Int = 0, unconverged: Int = 0) {
    self.gradients = gradients
    self.products = products
    self.unconverged = unconverged
  }
}

/// Scores, positive where the example helps the query, and what they cost.
package struct GradientScores: Sendable, Hashable {
  /// Examples are named by their positions in the model.
  package let scores: Scores
  /// What they cost.
  package let work: Work
  /// Each training example's score for itself, where the method was asked for it or it comes for free:
  /// high for one learnt by heart.
  package var selfScores: [Double]?
}

/// A method that scores training examples from gradients.
package protocol GradientMethod: Sendable {
  /// Its name in a leaderboard.
  var name: String { get }

  /// Scores every training example of a problem for every query.
  ///
  /// - Throws: `WhiteBoxError` where the method has no finite answer; `CancellationError`.
  func scores(_ problem: AttributionProblem) throws -> GradientScores
}
