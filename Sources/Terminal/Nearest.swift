/// The candidate closest to a mistyped word, or `nil` when none is close enough to be meant.
///
/// Distance counts insertions, deletions, replacements and swaps of neighbours, case ignored; at
/// most a third of the word (and at least one edit) may differ. Ties go to the earlier candidate.
package func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
  let limit = max(1, (word.count + 1) / 3)
  var best: (distance: Int, candidate: String)?
  for candidate in candidates {
    let distance = editDistance(word.lowercased(), candidate.lowercased())
    if distance <= limit, distance < best?.distance ?? .max { best = (distance, candidate) }
  }
  return best?.candidate
}

/// Optimal string alignment distance.
/// - Complexity: O(*m* × *n*).
func editDistance(_ first: String, _ second: String) -> Int {
  let first = Array(first)
  let second = Array(second)
  var beforePrevious: [Int] = []
  var previous = Array(0...second.count)
  for row in first.indices {
    var current = [row + 1]
    for column in second.indices {
      let isSame = first[row] == second[column]
      var cost = min(
        previous[column] + (isSame ? 0 : 1),
        previous[column + 1] + 1,
        current[column] + 1
      )
      if row > 0, column > 0, first[row] == second[column - 1], first[row - 1] == second[column] {
        cost = min(cost, beforePrevious[column - 1] + 1)
      }
      current.append(cost)
    }
    beforePrevious = previous
    previous = current
  }
  return previous[second.count]
}
