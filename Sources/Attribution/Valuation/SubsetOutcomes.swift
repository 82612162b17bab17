public import Experiment
import Statistics

/// What models trained on known subsets achieved: the measured side of a counterfactual question.
public struct SubsetOutcomes: Sendable, Hashable {
  /// Ids of the training examples: N names.
  public let train: [String]
  /// Ids of the queries.
  public let queries: [String]
  /// Positions of each model's training examples, distinct.
  public let subsets: [[Int]]
  /// For each query, the outcome of each subset; higher is better, such as minus the loss.
  ///
  /// Where models were trained with several seeds, this is the mean over seeds.
  public let outcomes: [[Double]]

  /// Checks and keeps measurements.
  ///
  /// - Parameters:
  ///   - train: Ids of the training examples.
  ///   - queries: Ids of the queries.
  ///   - subsets: Positions of each model's training examples; at least three subsets.
  ///   - outcomes: For each query, the outcome of each subset.
  /// - Throws: `tooFewModels` below three subsets; `mismatch` when shapes differ, a subset is empty, or
  ///   names a row twice or one that is not there; `notFinite` for a training that diverged.
  public init(
    train: [String],
    queries: [String],
    subsets: [[Int]],
    outcomes: [[Double]]
  ) throws(AttributionError) {
    guard subsets.count >= 3 else {
      throw AttributionError(
        .tooFewModels,
        "cannot use outcomes of \(subsets.count) subsets",
        cause: "a rank correlation over subsets needs at least 3",
        hint: "some hundred subsets are usual"
      )
    }
    guard outcomes.count == queries.count, outcomes.allSatisfy({ $0.count == subsets.count })
    else {
      throw AttributionError(
        .mismatch,
        "cannot use outcomes of \(subsets.count) subsets",
        cause: "there is not one outcome for each of \(queries.count) queries and each subset"
      )
    }
    for (place, subset) in subsets.enumerated() {
      let distinct = Set(subset)
      guard !subset.isEmpty, distinct.count == subset.count,
        distinct.allSatisfy(train.indices.contains)
      else {
        throw AttributionError(
          .mismatch,
          "cannot use the outcome of subset \(place)",
          cause: subset.isEmpty
            ? "it is empty"
            : "its members are not distinct rows of the \(train.count) that there are"
        )
      }
    }
    for (query, values) in zip(queries, outcomes) {
      if let place = values.firstIndex(where: { !$0.isFinite }) {
        throw AttributionError.notFinite(
          values[place],
          query: query,
          trainedOn: subsets[place].count
        )
      }
    }
    self.train = train
    self.queries = queries
    self.subsets = subsets
    self.outcomes = outcomes
  }

  /// The mean outcome of the models that saw an example, minus that of those that did not.
  ///
  /// With subsets that hold each example by an independent coin toss this estimates the Banzhaf value
  /// (fair coin) or the weighted one, every model serving every example; with subsets of one size it
  /// is the difference of Feldman and Zhang. An example that all models saw, or none, is not
  /// measurable.
  ///
  /// - Parameter name: Estimator name of the result.
  /// - Returns: Scores, positive for examples that help.
  /// - SeeAlso: Wang and Jia, "Data Banzhaf", AISTATS 2023 (maximum sample reuse); Feldman and Zhang,
  ///   "What Neural Networks Memorize and Why", NeurIPS 2020.
  public func inclusionDifferences(name: String = "inclusion-difference") -> Scores {
    Attribution.inclusionDifferences(
      name,
      train: train,
      queries: queries,
      subsets: subsets,
      outcomes: outcomes
    )
  }

  /// Every other subset for choosing a setting, and the rest to report the result on.
  ///
  /// - Returns: Two disjoint sets of measurements.
  /// - Throws: `tooFewModels` below six subsets.
  public func halves() throws(AttributionError) -> (
    choosing: SubsetOutcomes, reporting: SubsetOutcomes
  ) {
    (try picking { $0.isMultiple(of: 2) }, try picking { !$0.isMultiple(of: 2) })
  }

  private func picking(_ isPicked: (Int) -> Bool) throws(AttributionError) -> SubsetOutcomes {
    let places = subsets.indices.filter(isPicked)
    return try SubsetOutcomes(
      train: train,
      queries: queries,
      subsets: places.map { subsets[$0] },
      outcomes: outcomes.map { column in places.map { column[$0] } }
    )
  }
}

/// Mean outcome with each example minus without it; subsets may be empty here.
func inclusionDifferences(
  _ name: String,
  train: [String],
  queries: [String],
  subsets: [[Int]],
  outcomes: [[Double]]
) -> Scores {
  var sizes = [Int](repeating: 0, count: train.count)
  for subset in subsets { for member in subset { sizes[member] += 1 } }
  let measurable = sizes.map { $0 > 0 && $0 < subsets.count }
  let values = outcomes.flatMap { column -> [Double] in
    // Centred, so that a common level does not cost digits.
    let centre = mean(of: column)
    var sums = [Double](repeating: 0, count: train.count)
    var total = 0.0
    for (subset, outcome) in zip(subsets, column) {
      total += outcome - centre
      for member in subset { sums[member] += outcome - centre }
    }
    return train.indices.map { example in
      guard measurable[example] else { return 0 }
      let (inside, count) = (sums[example], Double(sizes[example]))
      return inside / count - (total - inside) / (Double(subsets.count) - count)
    }
  }
  return Scores(
    estimator: name,
    train: train,
    queries: queries,
    values: values,
    measurable: measurable
  )
}
