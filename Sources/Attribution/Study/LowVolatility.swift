public import Experiment
import Statistics

/// Rows by how little their losses move over the models, whatever is asked: the control of estimators.
///
/// Rows of one planted behaviour are often the model's surest, so that their losses hardly move; an
/// estimator that rewards stillness finds them without knowing a cause. Asked for any query the order is
/// the same, so its two-sided area is always 0.5.
public enum LowVolatility {
  /// The name under which it is reported.
  public static let name = "low-volatility"

  /// Minus the standard deviation of each training example's observed losses.
  ///
  /// - Parameter losses: K models by N training examples and Q queries; a bound counts as its value.
  /// - Returns: N values of at most 0, the stillest highest; −∞ where fewer than three losses, or
  ///   fewer than half, are observed, which tells nothing.
  public static func scores(_ losses: LossMatrix) -> [Double] {
    let models = losses.models.count
    let values = losses.values
    return losses.train.indices.map { example in
      let first = losses.column(train: example) * models
      let observed = values[first..<first + models].filter { !$0.isNaN }
      guard observed.count >= 3, 2 * observed.count >= models else { return -.infinity }
      return -standardDeviation(of: observed)
    }
  }
}
