import Experiment

/// An estimator that scores each row by its own losses, whatever the other rows' are.
protocol RowScoring: Attributing {
  /// What is compared for one part of a profile.
  associatedtype Part

  /// Ids of the training examples.
  var train: [String] { get }
  /// What to do where no profile is measurable; `nil` where nothing helps.
  var remedy: String? { get }

  /// What a profile asks for.
  func parts(_ profile: QueryProfile) -> [Part]

  /// An example's score for a profile, its parts blended; `nil` where none is measurable.
  func score(_ example: Int, _ parts: [Part]) -> Double?
}

extension RowScoring {
  func scores(for profiles: [QueryProfile]) throws(AttributionError) -> Scores {
    try requireMeasurable(profiles)
    return Scores(
      estimator: name,
      train: train,
      queries: profiles.map(\.name),
      values: rankings(for: profiles).flatMap(\.self),
      measurable: measurable
    )
  }

  func top(
    _ count: Int,
    for profiles: [QueryProfile]
  ) throws(AttributionError) -> [[ScoredExample]] {
    try requireMeasurable(profiles)
    return profiles.map { profile in
      let parts = parts(profile)
      var list = TopList(limit: max(0, count))
      for example in train.indices {
        if let score = score(example, parts) { list.offer(score, example: example) }
      }
      return list.entries
    }
  }

  func rankings(for profiles: [QueryProfile]) -> [[Double]] {
    profiles.map { profile in
      let parts = parts(profile)
      return train.indices.map { score($0, parts) ?? 0 }
    }
  }

  /// Not known: each query's losses stand for themselves.
  func coherence(of members: [Int]) -> Double? { nil }

  private func requireMeasurable(_ profiles: [QueryProfile]) throws(AttributionError) {
    guard let first = profiles.first, !profiles.contains(where: isMeasurable) else { return }
    throw .notMeasurable(first, obstacle(to: first), hint: remedy)
  }
}
