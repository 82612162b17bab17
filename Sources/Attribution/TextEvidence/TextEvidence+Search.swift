public import Experiment
import Glibc

extension TextEvidence {
  /// What text search makes of a list of top rows.
  ///
  /// - Parameters:
  ///   - top: Positions of the top rows, best first.
  ///   - queries: The query, or the queries of the group.
  ///   - train: The training set.
  ///   - index: Its text index.
  ///   - phrases: Its words in a row; `nil` looks at single words alone.
  public init(
    top: [Int],
    queries: [Example],
    train: [Example],
    index: TextIndex,
    phrases: PhraseIndex? = nil
  ) {
    let same = index.sharesCompletion(with: queries)
    let sameInTop = top.count { same[$0] }
    let sameInCorpus = same.count { $0 }
    var search = TopList(limit: top.count)
    if !top.isEmpty {
      for (row, score) in index.scores(.bm25, for: queries).enumerated() where score > 0 {
        search.offer(score, example: row)
      }
    }
    let found = Set(search.entries.map(\.example))
    let overlap = top.count { found.contains($0) }
    let enriched = enrichedWords(top: top.map { train[$0] }, index: index)
    self.init(
      sameCompletion: sameInTop,
      sameCompletionInCorpus: sameInCorpus,
      bm25Overlap: overlap,
      top: top.count,
      enriched: enriched,
      phrases: (phrases?.phrases(among: top, least: 2) ?? []).lazy
        .filter { $0.text.contains(" ") }
        .prefix(5).map {
          EnrichedWord(word: $0.text, top: $0.rows.count, corpus: $0.corpus, lift: $0.lift)
        },
      verdict: textVerdict(
        top: top.count,
        corpus: train.count,
        enriched: enriched,
        overlap: overlap,
        same: sameInTop,
        sameInCorpus: sameInCorpus
      )
    )
  }
}

/// Prompt words that are more frequent among the top rows than in the training set.
///
/// - Parameters:
///   - top: The top rows.
///   - index: The training set.
/// - Returns: At most five words that occur in at least two top rows, are over-represented with
///   p < 0.001 (log-likelihood ratio above 10.83), strongest first; as written in the best row.
/// - SeeAlso: Dunning, "Accurate Methods for the Statistics of Surprise and Coincidence", 1993.
func enrichedWords(top: [Example], index: TextIndex) -> [EnrichedWord] {
  var spelling: [ByteText: String] = [:]
  var counts: [ByteText: Int] = [:]
  for example in top {
    var seen: Set<ByteText> = []
    for word in words(of: example.prompt.text) {
      let key = ByteText(word.lowercased())
      guard seen.insert(key).inserted else { continue }
      counts[key, default: 0] += 1
      if spelling[key] == nil { spelling[key] = String(word) }
    }
  }
  let found = counts.compactMap { word, count -> (strength: Double, entry: EnrichedWord)? in
    let corpus = index.frequency(of: word.text)
    guard count >= 2, corpus >= count else { return nil }
    let lift =
      (Double(count) / Double(top.count)) / (Double(corpus) / Double(index.documents))
    let strength = likelihoodRatio(count, of: top.count, corpus, of: index.documents)
    guard lift > 1, strength > 10.83 else { return nil }
    let entry = EnrichedWord(
      word: spelling[word] ?? word.text,
      top: count,
      corpus: corpus,
      lift: lift
    )
    return (strength, entry)
  }
  let sorted = found.sorted {
    $0.strength != $1.strength ? $0.strength > $1.strength : $0.entry.word.precedes($1.entry.word)
  }
  return sorted.prefix(5).map(\.entry)
}

/// G² of the 2×2 table: holding a word or not, among the top rows or among the rest.
private func likelihoodRatio(_ top: Int, of topRows: Int, _ all: Int, of rows: Int) -> Double {
  func term(_ observed: Int, _ rowTotal: Int, _ columnTotal: Int) -> Double {
    guard observed > 0 else { return 0 }
    let expected = Double(rowTotal) * Double(columnTotal) / Double(rows)
    return Double(observed) * log(Double(observed) / expected)
  }
  let rest = rows - topRows
  return 2
    * (term(top, topRows, all) + term(topRows - top, topRows, rows - all)
      + term(all - top, rest, all) + term(rest - all + top, rest, rows - all))
}

/// A sentence when text search alone finds the list: one word, BM25, or the completion itself.
private func textVerdict(
  top: Int,
  corpus: Int,
  enriched: [EnrichedWord],
  overlap: Int,
  same: Int,
  sameInCorpus: Int
) -> String? {
  func covers(_ count: Int) -> Bool { top >= 2 && 5 * count >= 4 * top }
  func times(_ lift: Double) -> String {
    let tenths = Int((lift * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)×"
  }
  if let word = enriched.filter({ covers($0.top) && $0.lift >= 3 }).max(by: { $0.top < $1.top }) {
    return "text search alone finds these rows: \(word.top) of the top \(top) hold the word "
      + "'\(word.word)', \(times(word.lift)) its share of the training set"
  }
  if covers(overlap) {
    return "text search alone finds these rows: \(overlap) of the top \(top) are also BM25's "
      + "top \(top) for the query's words"
  }
  guard covers(same), sameInCorpus > 0 else { return nil }
  let lift = (Double(same) / Double(top)) / (Double(sameInCorpus) / Double(corpus))
  guard lift >= 3 else { return nil }
  return "text search alone finds rows like these: \(same) of the top \(top) have the query's very "
    + "completion, \(times(lift)) its share of the training set (\(sameInCorpus) rows have it)"
}
