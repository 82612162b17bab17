import Experiment
import Glibc

/// Loss columns after an estimator's entry and row transforms, not yet centred.
///
/// Models without a single loss are left out, so an unfinished run is scored as the smaller run it is.
struct Signals: Sendable {
  /// Positions of the models that are used, in design order.
  let models: [Int]
  /// What the losses are of.
  let view: LossView
  /// Training columns come first: N of N + Q.
  let examples: Int
  /// Whether a column has losses that vary: N + Q flags.
  let measurable: [Bool]
  /// `values[column × K + model]`, NaN where missing.
  private var values: [Double]

  /// K: models that are used.
  var count: Int { models.count }

  /// Transforms losses.
  ///
  /// - Parameters:
  ///   - losses: The losses.
  ///   - form: What is done to them.
  ///   - control: Positions of the training columns that centring reads; `nil` is all.
  init(_ losses: LossMatrix, form: EstimatorForm, control: [Int]? = nil) {
    let all = losses.models.count
    let raw = losses.values
    var read = [Bool](repeating: false, count: all)
    for column in 0..<losses.columns {
      for model in 0..<all where !raw[column * all + model].isNaN { read[model] = true }
    }
    let models = (0..<all).filter { read[$0] }
    var values = raw
    if models.count < all {
      values.removeAll(keepingCapacity: true)
      for column in 0..<losses.columns {
        for model in models { values.append(raw[column * all + model]) }
      }
    }
    if form.entry == .logarithm {
      for index in values.indices where !values[index].isNaN {
        values[index] = log(max(values[index], 0) + 1e-6)
      }
    }
    let count = models.count
    let spreads = (0..<losses.columns).map { Self.spread(values, column: $0, count: count) }
    measurable = spreads.map { $0.deviation > 0 }
    let control = (control ?? Array(losses.train.indices)).filter { [measurable] in measurable[$0] }
    if form.centring == .mean {
      let drift = Self.drift(values, means: spreads.map(\.mean), columns: control, count: count)
      for column in 0..<losses.columns {
        for model in 0..<count { values[column * count + model] -= drift[model] }
      }
    }
    self.models = models
    view = losses.view
    examples = losses.train.count
    self.values = values
    if form.centring == .regression, let common = commonProfile(control) {
      for column in measurable.indices where measurable[column] { regress(column, on: common) }
    }
  }

  /// Takes a column's regression on a profile that sums to 0 out of it, over its observed entries.
  private mutating func regress(_ column: Int, on profile: [Double]) {
    let observed = (0..<count).filter { !values[column * count + $0].isNaN }
    let centre = observed.reduce(0) { $0 + profile[$1] } / Double(observed.count)
    let mean = observed.reduce(0) { $0 + values[column * count + $1] } / Double(observed.count)
    var (product, square, own) = (0.0, 0.0, 0.0)
    for model in observed {
      let (x, y) = (profile[model] - centre, values[column * count + model] - mean)
      product += x * y
      square += x * x
      own += y * y
    }
    guard square > 0 else { return }
    // A column that is the component itself has rounding errors left, and they are no signal.
    let isExplained = product * product > (1 - 1e-12) * square * own
    for model in observed {
      let part = product / square * (profile[model] - centre)
      values[column * count + model] =
        isExplained ? mean : values[column * count + model] - part
    }
  }

  /// Writes one column, centred over its observed entries among `rows`, 0 where missing.
  ///
  /// Rows may repeat (bootstrap) or leave models out (halves).
  /// - Returns: The standard deviation over the observed entries; 0, with zeros written, when the
  ///   column is not measurable on these rows.
  func centre(column: Int, rows: [Int], into out: inout [Double], at offset: Int) -> Double {
    let base = column * count
    var sum = 0.0
    var observed = 0
    var scale = 0.0
    for row in rows {
      let value = values[base + row]
      if value.isNaN { continue }
      sum += value
      scale = max(scale, abs(value))
      observed += 1
    }
    var deviation = 0.0
    if measurable[column], Self.suffices(observed, of: rows.count) {
      let mean = sum / Double(observed)
      var squares = 0.0
      for (position, row) in rows.enumerated() {
        let value = values[base + row]
        let centred = value.isNaN ? 0 : value - mean
        out[offset + position] = centred
        squares += centred * centred
      }
      deviation = (squares / Double(observed - 1)).squareRoot()
    }
    if deviation > 1e-12 * scale, deviation.isFinite { return deviation }
    for position in rows.indices { out[offset + position] = 0 }
    return 0
  }

  /// Models under which a column's loss is known, of those in use.
  func observed(column: Int) -> Int {
    values[column * count..<(column + 1) * count].count { !$0.isNaN }
  }

  /// Whether a column with so many known losses can be scored at all.
  func suffices(_ observed: Int) -> Bool { Self.suffices(observed, of: count) }

  /// A column centred over `rows` in its own array.
  func centred(column: Int, rows: [Int]) -> (profile: [Double], deviation: Double) {
    var profile = [Double](repeating: 0, count: rows.count)
    let deviation = centre(column: column, rows: rows, into: &profile, at: 0)
    return (profile, deviation)
  }

  private static func suffices(_ observed: Int, of rows: Int) -> Bool {
    observed >= 3 && 2 * observed >= rows
  }

  /// Mean and standard deviation of a column's observed entries; a deviation of 0 when it is constant
  /// or too much is missing.
  private static func spread(
    _ values: [Double],
    column: Int,
    count: Int
  ) -> (mean: Double, deviation: Double) {
    var sum = 0.0
    var scale = 0.0
    var observed = 0
    for index in column * count..<(column + 1) * count where !values[index].isNaN {
      sum += values[index]
      scale = max(scale, abs(values[index]))
      observed += 1
    }
    guard suffices(observed, of: count) else { return (0, 0) }
    let mean = sum / Double(observed)
    var squares = 0.0
    for index in column * count..<(column + 1) * count where !values[index].isNaN {
      squares += (values[index] - mean) * (values[index] - mean)
    }
    let deviation = (squares / Double(observed - 1)).squareRoot()
    return (mean, deviation > 1e-12 * scale && deviation.isFinite ? deviation : 0)
  }

  /// Each model's mean over the control columns.
  ///
  /// Columns are centred before they are averaged, so a missing entry does not move its model's mean
  /// by the level of the column; without missing entries this only shifts all models alike.
  private static func drift(
    _ values: [Double],
    means: [Double],
    columns: [Int],
    count: Int
  ) -> [Double] {
    var sums = [Double](repeating: 0, count: count)
    var counts = [Double](repeating: 0, count: count)
    for column in columns {
      for model in 0..<count {
        let value = values[column * count + model]
        if value.isNaN { continue }
        sums[model] += value - means[column]
        counts[model] += 1
      }
    }
    return zip(sums, counts).map { $1 > 0 ? $0 / $1 : 0 }
  }
}
