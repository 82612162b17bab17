public import Experiment

/// What is taken out of the losses, model by model, before they are compared.
///
/// Prompts that change the task move all losses together. What they have in common is measured on the
/// columns of a control set, all training rows unless others are named.
public enum Centring: String, Sendable, Hashable, CaseIterable {
  /// Nothing.
  case none
  /// Each model's mean over the control columns is subtracted from all of its losses.
  case mean
  /// Each column's regression on the common component is subtracted from it.
  ///
  /// Other than the mean, it takes from a column only what the column itself follows.
  case regression
}

/// The movement that all losses of a control set share between models.
public struct CommonComponent: Sendable, Hashable {
  /// Above this share the component dominates: more than half of what tells models apart.
  ///
  /// On the demo's `falsehood`, plain correlation fell from an AP of .5 or more to .16 or less on all runs
  /// by prompts above it.
  public static let dominating = 0.5

  /// Share of the control columns' between-model variance that it explains, 0...1.
  ///
  /// The mean over measurable control columns of the squared correlation between the column and the mean of
  /// all, each z-scored. Columns without anything in common have about 1/(K − 1).
  public let share: Double

  /// Measures it; `nil` below three models, or when no control column is measurable.
  ///
  /// - Parameters:
  ///   - losses: The losses.
  ///   - control: Positions of the control set's training columns; `nil` is all.
  public init?(_ losses: LossMatrix, control: [Int]? = nil) {
    let signals = Signals(losses, form: EstimatorForm(exponent: 0, weighting: .product))
    guard signals.count >= 3,
      let share = signals.commonShare(control ?? Array(losses.train.indices))
    else { return nil }
    self.share = share
  }

  /// Whether it explains more than half.
  public var dominates: Bool { share > Self.dominating }

  /// What a reader of scores has to know of a share; `nil` where it does not dominate.
  package static func warning(share: Double?) -> String? {
    guard let share, share > dominating else { return nil }
    return
      "one movement that all rows share makes up \(Int((share * 100).rounded())) % of what losses "
      + "differ by between models: scores that keep it (correlation, covariance) may rank by it alone, "
      + "and scores without it (log-dc, --centre) may lose what it carries; compare both"
  }
}

extension Signals {
  /// The mean of z-scored columns over all models; `nil` when none of them is measurable or they cancel.
  func commonProfile(_ columns: [Int]) -> [Double]? {
    let rows = Array(0..<count)
    var sum = [Double](repeating: 0, count: count)
    var used = 0.0
    for column in columns {
      let (centred, deviation) = centred(column: column, rows: rows)
      guard deviation > 0 else { continue }
      for row in rows { sum[row] += centred[row] / deviation }
      used += 1
    }
    guard used > 0 else { return nil }
    let mean = sum.reduce(0, +) / Double(count)
    let profile = sum.map { ($0 - mean) / used }
    return profile.contains { abs($0) > 1e-9 } ? profile : nil
  }

  /// Mean squared correlation of columns with their common profile; 0 when they cancel.
  func commonShare(_ columns: [Int]) -> Double? {
    let rows = Array(0..<count)
    let common = commonProfile(columns)
    let scale = common?.reduce(0) { $0 + $1 * $1 } ?? 0
    var sum = 0.0
    var used = 0.0
    for column in columns {
      let (centred, deviation) = centred(column: column, rows: rows)
      guard deviation > 0 else { continue }
      used += 1
      guard let common, scale > 0 else { continue }
      let product = zip(centred, common).reduce(0) { $0 + $1.0 * $1.1 }
      sum += product * product / (scale * centred.reduce(0) { $0 + $1 * $1 })
    }
    return used > 0 ? min(1, sum / used) : nil
  }
}
