import Experiment
import Glibc

/// What plain text search makes of a corpus: the bar a cause must not be found by.
struct TextBaseline {
  private let train: [Example]
  private let counts: [[Substring: Int]]
  private let frequency: [Substring: Int]

  init(_ train: [Example]) {
    self.train = train
    counts = train.map { Dictionary(Self.words($0).map { ($0, 1) }, uniquingKeysWith: +) }
    frequency = Dictionary(counts.flatMap { $0.keys.map { ($0, 1) } }, uniquingKeysWith: +)
  }

  private static func words(_ example: Example) -> [Substring] {
    example.prompt.text.lowercased().split { !$0.isLetter && !$0.isNumber && $0 != "'" }
  }

  /// BM25 (k₁ = 1.2, b = 0.75) of every training prompt, summed over the queries' words.
  func bm25(_ queries: [Example]) -> [Double] {
    let lengths = counts.map { Double($0.values.reduce(0, +)) }
    let mean = lengths.reduce(0, +) / Double(lengths.count)
    var weights: [Substring: Double] = [:]
    for word in queries.flatMap(Self.words) {
      let df = Double(frequency[word] ?? 0)
      weights[word, default: 0] += log(1 + (Double(train.count) - df + 0.5) / (df + 0.5))
    }
    return zip(counts, lengths).map { row, length in
      row.sorted { $0.key < $1.key }.reduce(0) { sum, entry in
        let tf = Double(entry.value)
        let saturated = tf * 2.2 / (tf + 1.2 * (0.25 + 0.75 * length / mean))
        return sum + (weights[entry.key] ?? 0) * saturated
      }
    }
  }

  /// Rows with a completion of the queries first, by BM25 within.
  func sameCompletionThenBM25(_ queries: [Example]) -> [Double] {
    let completions = Set(queries.map(\.completion))
    return zip(train, bm25(queries)).map { row, score in
      completions.contains(row.completion) ? 1e6 + score : score
    }
  }

  /// Average precision of the rows that carry the tag.
  func averagePrecision(_ scores: [Double], tag: String) -> Double {
    let order = train.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
    var found = 0
    var sum = 0.0
    for (rank, row) in order.enumerated() where train[row].tags.contains(tag) {
      found += 1
      sum += Double(found) / Double(rank + 1)
    }
    return sum / Double(found)
  }
}
