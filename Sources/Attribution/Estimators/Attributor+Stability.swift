import Experiment
import Statistics

/// How far scores from two disjoint halves of the models agree.
public struct Stability: Sendable, Hashable {
  /// Mean Spearman correlation of the two halves' scores over examples, -1...1.
  public let splitHalf: Double
  /// Mean share of the top rows that both halves list, 0...1.
  public let topOverlap: Double

  package init(splitHalf: Double, topOverlap: Double) {
    self.splitHalf = splitHalf
    self.topOverlap = topOverlap
  }
}

extension Attributor {
  /// Agreement between random halves of the models: precision, not truth.
  ///
  /// Everything is estimated anew in each half, feedback included; only the K×K matrix of ridge and
  /// design regression is picked from the full one. With an odd K one model sits out. Rank
  /// correlations are taken over at most 5,000 measurable examples, evenly spaced.
  ///
  /// - Parameters:
  ///   - profiles: What is asked.
  ///   - top: Length of the lists whose overlap is measured.
  ///   - splits: Random halvings to average over.
  ///   - seed: Seed of the halvings.
  /// - Returns: One value a profile; `nil` below six models or where a half cannot measure it.
  public func stability(
    for profiles: [QueryProfile],
    top: Int,
    splits: Int = 5,
    seed: UInt64
  ) -> [Stability?] {
    let candidates = measurable.indices.filter { measurable[$0] }
    let length = min(top, candidates.count)
    guard models >= 6, length > 0 else { return profiles.map { _ in nil } }
    let step = (candidates.count + 4999) / 5000
    let sample = stride(from: 0, to: candidates.count, by: step).map { candidates[$0] }
    var correlations = profiles.map { _ in [Double]() }
    var overlaps = profiles.map { _ in [Double]() }
    var generator = SplitMix64(seed: seed)
    for _ in 0..<splits {
      let order = generator.shuffled(Array(0..<models))
      let first = half(order[..<(models / 2)], profiles, sample: sample, top: length)
      let second = half(
        order[(models / 2)..<(models / 2 * 2)],
        profiles,
        sample: sample,
        top: length
      )
      for query in profiles.indices {
        guard let left = first[query], let right = second[query] else { continue }
        if let value = spearman(left.scores, right.scores) { correlations[query].append(value) }
        overlaps[query].append(
          Double(left.top.intersection(right.top).count) / Double(length)
        )
      }
    }
    return profiles.indices.map {
      guard !correlations[$0].isEmpty else { return nil }
      return Stability(
        splitHalf: mean(of: correlations[$0]),
        topOverlap: mean(of: overlaps[$0])
      )
    }
  }

  /// Scores of sampled examples and the top list of each profile from some of the models.
  private func half(
    _ rows: ArraySlice<Int>,
    _ profiles: [QueryProfile],
    sample: [Int],
    top length: Int
  ) -> [(scores: [Double], top: Set<Int>)?] {
    let fit = refit(rows: rows.sorted())
    let vectors = weights(for: profiles, on: fit).vectors
    var lists = TopLists(count: profiles.count, limit: length)
    var scores = profiles.map { _ in [Double]() }
    var next = 0
    sweep(vectors, on: fit) { column, values in
      if fit.profiles.measurable[column] { lists.offer(values, example: column) }
      guard next < sample.count, sample[next] == column else { return }
      next += 1
      for query in profiles.indices { scores[query].append(values[query]) }
    }
    return profiles.indices.map {
      vectors[$0].isEmpty ? nil : (scores[$0], Set(lists.lists[$0].entries.map(\.example)))
    }
  }
}
