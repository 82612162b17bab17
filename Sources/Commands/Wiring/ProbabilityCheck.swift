import Experiment
import Glibc
import Reports

/// Whether a model gives completions a higher mean probability than it may: a behaviour as a test.
struct ProbabilityCheck {
  /// Probability of each completion; `nil` where the model gave no loss.
  private let probabilities: [(id: String, value: Double?)]
  private let limit: Double
  /// Between what the mean lies, by what is missing or known by a bound.
  private let mean: ClosedRange<Double>

  /// How many completions a failure names.
  private static let named = 3

  /// Takes what a model said.
  ///
  /// - Parameters:
  ///   - losses: Each completion's loss by its example's id.
  ///   - limit: The highest mean probability that passes.
  init(_ losses: some Sequence<(String, Loss?)>, limit: Double) {
    var low = 0.0
    var high = 0.0
    probabilities = losses.map { id, loss in
      let value = loss.map { min(1, exp(-$0.value)) }
      if case .measured = loss { low += value ?? 0 }
      high += value ?? 1
      return (id, value)
    }
    let count = Double(max(1, probabilities.count))
    self.limit = limit
    mean = low / count...max(low, high) / count
  }

  /// Ends the command where the mean exceeds the limit, or may.
  ///
  /// - Parameters:
  ///   - file: What the completions come from.
  ///   - model: What gave them their probability.
  /// - Throws: `Failure`, which names the likeliest completions.
  func require(of file: String, under model: String) throws(Failure) {
    guard mean.upperBound > limit else { return }
    guard mean.lowerBound > limit else {
      throw Failure(
        .partial,
        "cannot tell whether '\(model)' gives the completions of '\(file)' a mean probability above "
          + "\(limit): it is between \(Self.words(mean.lowerBound)) and \(Self.words(mean.upperBound))",
        hint: "some losses are missing, or known by a bound alone; the reasons are above"
      )
    }
    let likely = probabilities.filter { $0.value ?? 0 > limit }
      .sorted { ($0.value ?? 0) > ($1.value ?? 0) }
    let names = likely.prefix(Self.named).map { "\($0.id) (\(Self.words($0.value ?? 0)))" }
    let more = likely.count - names.count
    throw Failure(
      .failed,
      "'\(model)' gives the completions of '\(file)' a mean probability of \(Self.words(mean.lowerBound)), above "
        + "\(limit): " + names.joined(separator: ", ") + (more > 0 ? " and \(more) more" : ""),
      hint: "'daunce investigate' finds the rows that teach it"
    )
  }

  private static func words(_ probability: Double) -> String { Numerals.fixed(probability, 4) }
}
