import Experiment
import Glibc

/// The small closed set that completions are out of, in multiple choice and classification.
///
/// A label is a completion without the white space around it; an example's variants are the example with
/// each label in the place of its own, in its white space.
struct LabelSet: Sendable, Hashable {
  /// More distinct completions than this are taken for free text.
  private static let most = 10
  /// A completion that occurs less often is taken for free text.
  private static let fewestRows = 5

  /// Two or more distinct labels.
  let labels: [String]

  /// Takes labels as given.
  ///
  /// - Parameters:
  ///   - labels: The labels; white space around them does not count.
  ///   - examples: Examples whose completions are to be among them.
  /// - Throws: `AttributionError` of code `invalidDesign` for fewer than two labels, repeats, or an example
  ///   without a label.
  init(_ labels: [String], of examples: [Example]) throws(AttributionError) {
    let trimmed = labels.map { Self.trimmed($0) }
    let known = Set(trimmed.map { ByteText($0) })
    let stranger = examples.first { !known.contains(ByteText(Self.trimmed($0.completion))) }
    let cause: String? =
      if known.count < 2 || known.count < labels.count || trimmed.contains("") {
        "they are at least two, different and not empty"
      } else if let stranger {
        "the completion of '\(stranger.id)' is none of them"
      } else {
        nil
      }
    if let cause {
      throw AttributionError(
        .invalidDesign,
        "cannot use these labels",
        cause: cause,
        hint: "perturbation.labels: [] takes completions as free text"
      )
    }
    self.labels = trimmed
  }

  /// Recognises labels: two to ten distinct completions, each of at least five rows.
  ///
  /// - Parameter examples: Training examples.
  init?(recognisedIn examples: [Example]) {
    var counts: [ByteText: Int] = [:]
    for example in examples {
      counts[ByteText(Self.trimmed(example.completion)), default: 0] += 1
      if counts.count > Self.most { return nil }
    }
    guard counts.count > 1, counts[ByteText("")] == nil,
      counts.values.allSatisfy({ $0 >= Self.fewestRows })
    else { return nil }
    labels = counts.keys.sorted().map { $0.text }
  }

  /// The example with each label as its completion, in order.
  func variants(of example: Example) -> [Example] {
    let completion = example.completion
    let start = completion.prefix(while: \.isWhitespace)
    let end = completion.dropFirst(start.count).reversed().prefix(while: \.isWhitespace).reversed()
    return labels.map { label in
      Example(
        id: example.id,
        prompt: example.prompt,
        completion: start + label + String(end),
        tags: example.tags,
        rendering: example.rendering?.answeredByText
      )
    }
  }

  /// Position of an example's own label; `nil` when it has none.
  func label(of example: Example) -> Int? {
    let own = Self.trimmed(example.completion)
    return labels.firstIndex { $0.isSame(as: own) }
  }

  /// Loss of a label among all: −ℓ_y + log Σ exp ℓ_c, with ℓ_c the log-probability of label c.
  ///
  /// A bound counts as the value it bounds, as in estimators.
  ///
  /// - Parameters:
  ///   - own: Position of the example's label.
  ///   - readings: Loss of each label, in order.
  /// - Returns: Nats, at least 0; `nil` when any label has no loss.
  func loss(of own: Int, readings: some Collection<LossReading>) -> Double? {
    let values = readings.compactMap(\.loss?.value)
    guard values.count == labels.count, let least = values.min(), least.isFinite else { return nil }
    // Shifted by the smallest NLL, so that no exponential overflows and one of them is 1.
    let sum = values.reduce(0) { $0 + exp(least - $1) }
    return values[own] - least + log(sum)
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start.reversed().drop(while: \.isWhitespace).reversed())
  }
}
