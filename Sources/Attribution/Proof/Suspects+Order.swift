public import Experiment

extension SuspectCluster {
  /// Whether the output alone ties its rows together: decoys are among them as well as culprits.
  var isOutput: Bool { sources.first == SuspectSearch.Source.sameCompletion.rawValue }
}

extension [SuspectCluster] {
  /// The clusters in the order in which they are worth a removal, at most eight of them.
  ///
  /// A word that the queries hold can trigger them, so its rows come first; then what scores or searches say
  /// of the behaviour itself; then words that only rows hold, such as those of decoys; last all rows with the
  /// same completion, which are whatever is left over.
  ///
  /// - Parameter queries: The queries that show the behaviour.
  /// - Returns: The clusters, most suspected first.
  public func suspected(in queries: [Example]) -> [SuspectCluster] {
    func isAsked(_ word: String) -> Bool {
      let word = word.lowercased()
      return 2 * queries.count { $0.prompt.text.lowercased().contains(word) } >= queries.count
    }
    var ranks: [[SuspectCluster]] = [[], [], [], []]
    for cluster in self {
      let rank =
        if let word = cluster.word {
          isAsked(word) ? 0 : 2
        } else {
          cluster.isOutput ? 3 : 1
        }
      ranks[rank].append(cluster)
    }
    for rank in [0, 2] {
      ranks[rank].sort {
        ($0.strength ?? 0) * Double($0.rows.count) > ($1.strength ?? 0) * Double($1.rows.count)
      }
    }
    return Array((ranks[0].prefix(3) + ranks[1].prefix(3) + ranks[2].prefix(2)).prefix(7))
      + ranks[3].prefix(1)
  }
}
