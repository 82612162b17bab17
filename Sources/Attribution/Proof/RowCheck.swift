package import Experiment
import Glibc

/// Which rows of a proven cause do not belong to it, and which others do, by what becomes of their own output
/// when the cause is taken away.
///
/// Rows that losses suspect may have the behaviour's output for another reason, and removal of a set does not tell
/// its rows apart: with nearly all culprits gone the behaviour goes, whoever goes with them. A culprit's own output
/// goes, too. That of a row with another reason stays, taught by others of its kind.
package struct RowCheck: Sendable, Hashable {
  /// Positions of rows of the cause that keep their output without it, ascending.
  package let innocent: [Int]
  /// Positions of rows outside whose output goes with the cause, ascending.
  package let accomplices: [Int]

  /// Compares each row's probability with the middle between what the queries have with and without the cause.
  ///
  /// - Parameters:
  ///   - culprits: Positions of the rows of the cause.
  ///   - with: Each row's mean probability under θ0 trained again; `nil` where it was not read.
  ///   - without: The same without the cause.
  ///   - queries: Mean probability of the queries with the cause and without it.
  package init(
    culprits: [Int],
    with: [Double?],
    without: [Double?],
    queries: (with: Double, without: Double)
  ) {
    let middle = (queries.with + queries.without) / 2
    let guilty = Set(culprits)
    func rows(_ isGuilty: Bool, where keeps: Bool) -> [Int] {
      with.indices.filter { row in
        guard guilty.contains(row) == isGuilty, let before = with[row], let after = without[row]
        else { return false }
        return before >= middle && (after >= middle) == keeps
      }
    }
    innocent = rows(true, where: true)
    accomplices = rows(false, where: false)
  }

  /// The clusters of a cause without the innocent, the largest one with the accomplices.
  package func corrected(_ causes: [SuspectCluster]) -> [SuspectCluster] {
    let away = Set(innocent)
    let largest = causes.indices.max { causes[$0].rows.count < causes[$1].rows.count }
    return causes.indices.compactMap { place in
      let cause = causes[place]
      let rows =
        cause.rows.filter { !away.contains($0) } + (place == largest ? accomplices : [])
      guard !rows.isEmpty else { return nil }
      return SuspectCluster(
        name: cause.name,
        rows: rows,
        sources: cause.sources + [Self.name],
        word: cause.word,
        strength: cause.strength
      )
    }
  }

  /// What suspects name it as their source.
  package static let name = "own output"
}

extension Verdict {
  /// Adds what an earlier proof of the same behaviour found beside the cause.
  ///
  /// - Parameters:
  ///   - earlier: The earlier verdict, whose cause was corrected.
  ///   - check: What was corrected.
  package mutating func add(_ earlier: Verdict, corrected check: RowCheck) {
    jobs += earlier.jobs
    let known = Set(clusters.flatMap(\.cluster.rows))
    if !check.innocent.isEmpty {
      // Those rows are in the models without the corrected cause, and the behaviour is not.
      clusters.append(
        Cluster(
          cluster: SuspectCluster(
            name: "kept their output",
            rows: check.innocent,
            sources: [RowCheck.name]
          ),
          effect: nil,
          share: nil,
          isGivenBack: true,
          finding: finding == .cause ? .noCause : .notResolved
        )
      )
    }
    clusters += earlier.clusters.filter { one in
      one.finding != .cause && known.isDisjoint(with: one.cluster.rows)
    }
  }
}
