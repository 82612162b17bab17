internal import Experiment

extension RunSettings {
  /// The pairs to read twice: for each perturbed model the numbers of its examples, ascending.
  ///
  /// Examples are spread evenly over the corpus and models taken in turn, so that the same settings
  /// always repeat the same pairs. Models that a run grew by repeat none. Example numbers are columns:
  /// training rows first, then queries.
  ///
  /// - Parameters:
  ///   - train: Number of training examples.
  ///   - queries: Number of queries.
  /// - Returns: One list a model.
  func repeatedPairs(train: Int, queries: Int) -> [[Int]] {
    let spread = repeats.models ?? models
    var pairs = [Set<Int>](repeating: [], count: spread)
    var turn = 0
    for (count, size, first) in [(repeats.train, train, 0), (repeats.queries, queries, train)] {
      guard size > 0, spread > 0 else { continue }
      let wanted = min(count, size * spread)
      for index in 0..<wanted {
        let example = first + (wanted <= size ? index * size / wanted : index % size)
        // Where every example is taken several times, a full turn of models may meet it again.
        for _ in 0..<spread where pairs[turn % spread].contains(example) { turn += 1 }
        pairs[turn % spread].insert(example)
        turn += 1
      }
    }
    return (0..<models).map { $0 < spread ? pairs[$0].sorted() : [] }
  }
}
