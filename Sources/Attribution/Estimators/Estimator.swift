/// A way to turn loss columns into scores.
///
/// Every estimator here is one thing: a linear functional of a transformed loss column. The column of
/// a training example is transformed (`EstimatorForm`) into a profile φ over the K models, the query's losses
/// give one weight per model, and
///
///     score of example i = Σ over models k of  w[k] · φ(column i)[k].
///
/// Estimators differ only in φ and in how w follows from the query's profile. Positive scores help the
/// query.
public enum Estimator: String, Sendable, Hashable, CaseIterable {
  /// Covariance of an example's losses with the query's.
  case covariance
  /// Pearson's correlation of losses: the DAUNCE paper's black-box score.
  case correlation
  /// Covariance divided by the square root of the example's standard deviation.
  case halfNorm = "half-norm"
  /// Correlation of log losses after the models' common drift is taken out.
  case logDC = "log-dc"
  /// `logDC` asked again with the ten best examples' profiles added to the query's.
  case logDCFeedback = "log-dc-feedback"
  /// Covariance preconditioned by the examples' own covariance.
  case ridge
  /// `ridge` on log losses.
  case ridgeLog = "ridge-log"
  /// Regression of the query's losses on membership, with the loss covariance as prior.
  case designRegression = "design-regression"

  /// The matrix it reads.
  public static let matrix = MatrixKind.subsets

  /// Fewest read models that it makes sense with.
  public var minimumModels: Int {
    switch form.weighting {
    case .product, .correlation: 3
    case .ridge, .designRegression: 4
    }
  }

  /// The transformation and weighting that define the estimator.
  var form: EstimatorForm {
    switch self {
    case .covariance: EstimatorForm(exponent: 0, weighting: .product)
    case .halfNorm: EstimatorForm(exponent: 0.5, weighting: .product)
    case .correlation: EstimatorForm(exponent: 1, weighting: .correlation)
    case .logDC:
      EstimatorForm(entry: .logarithm, centring: .mean, exponent: 1, weighting: .correlation)
    case .logDCFeedback:
      EstimatorForm(
        entry: .logarithm,
        centring: .mean,
        exponent: 1,
        weighting: .correlation,
        feedback: 10
      )
    case .ridge: EstimatorForm(exponent: 0, weighting: .ridge)
    case .ridgeLog: EstimatorForm(entry: .logarithm, exponent: 0, weighting: .ridge)
    case .designRegression: EstimatorForm(exponent: 0.5, weighting: .designRegression)
    }
  }
}

/// What an estimator does to a loss column, and how it weighs the models for a query.
struct EstimatorForm: Sendable, Hashable {
  /// What is done to each loss.
  enum Entry: Sendable, Hashable {
    case loss
    /// ln(max(L, 0) + 1e-6): ratios of losses instead of differences.
    case logarithm
  }
  /// How the weight of each model follows from the query's centred profile b.
  enum Weighting: Sendable, Hashable {
    /// w = b / (K − 1).
    case product
    /// w = b / (sd(b)·(K − 1)).
    case correlation
    /// w = (G + λI)⁻¹ b with G = Σᵢ φᵢφᵢᵀ.
    case ridge
    /// w = −R (RᵀR + λI)⁻¹ b with R = Σᵢ φᵢωᵢᵀ, ω the centred membership.
    case designRegression
  }

  var entry = Entry.loss
  /// What all columns share, taken out of each.
  var centring = Centring.none
  /// γ: a centred column is divided by its standard deviation to this power.
  var exponent: Double
  var weighting: Weighting
  /// Best examples whose profiles are added to the query's before it is asked again.
  var feedback = 0
}
