public import Experiment
import Statistics

/// One pair of model and column that was read a second time.
public struct RepeatedReading: Sendable, Hashable {
  /// Row of the loss matrix.
  public let model: Int
  /// Column of the loss matrix.
  public let column: Int
  /// The second reading, in the matrix's view; the first is in the matrix.
  public let second: Loss?

  /// A second reading of one model and column.
  public init(model: Int, column: Int, second: Loss?) {
    self.model = model
    self.column = column
    self.second = second
  }
}

/// Read-out noise, measured by reading losses of some pairs twice, against what the models differ by.
public struct NoiseFloor: Sendable, Hashable {
  /// Standard deviation of one reading, in nats.
  public let deviation: Double
  /// Share of the between-model variance that is read-out noise, 0...1.
  public let fraction: Double
  /// Between-model standard deviation over `deviation`; infinite when repeats agree exactly.
  public let signalToNoise: Double
  /// Pairs compared.
  public let pairs: Int

  /// Measures the noise floor.
  ///
  /// A column's noise variance is half the mean squared difference of its readings; both variances
  /// are averaged over the columns that were read twice. `nil` when no pair has two measured values.
  ///
  /// - Parameters:
  ///   - repeats: Pairs read twice; those without two measured values are skipped.
  ///   - losses: The matrix that holds the first readings.
  public init?(repeats: [RepeatedReading], losses: LossMatrix) {
    var squares: [Int: [Double]] = [:]
    for item in repeats {
      guard case .measured(let first) = losses[model: item.model, column: item.column],
        case .measured(let second) = item.second, second.isFinite
      else { continue }
      squares[item.column, default: []].append((first - second) * (first - second) / 2)
    }
    guard !squares.isEmpty else { return nil }
    let columns = squares.keys.sorted()
    let noise = mean(of: columns.map { mean(of: squares[$0] ?? []) })
    let signal = mean(
      of: columns.map { column in
        variance(
          of: losses.models.indices.compactMap { losses[model: $0, column: column]?.value }
        )
      }
    )
    deviation = noise.squareRoot()
    pairs = squares.values.reduce(0) { $0 + $1.count }
    fraction = noise == 0 ? 0 : signal > 0 ? min(1, noise / signal) : 1
    signalToNoise = noise == 0 ? .infinity : (signal / noise).squareRoot()
  }
}
