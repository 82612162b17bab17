public import Experiment
import Glibc
import Statistics

/// Words, or two or three words in a row, that are more frequent among some rows than chance allows.
public struct SharedPhrase: Sendable, Hashable {
  /// The words with one space between them, as the first of the rows writes them.
  public let text: String
  /// Which of the rows asked about hold it, ascending.
  public let rows: [Int]
  /// Rows of the training set that hold it.
  public let corpus: Int
  /// Its share of the rows asked about over its share of the training set.
  public let lift: Double
  /// −ln p of Fisher's exact test, one-sided: in nats, above 0.
  public let surprise: Double
}

/// The prompts of a training set as words in a row, to find what some rows share and others lack.
///
/// Only what two rows share can be found: a trigger whose every occurrence is written differently leaves
/// no phrase.
public struct PhraseIndex: Sendable {
  /// The name under which phrases are reported as evidence, baseline and source of suspects.
  public static let name = "rare-ngrams"
  /// Most words of a phrase.
  public static let longest = 3

  /// One to three numbers of words; −1 stands for none.
  private struct Gram: Hashable {
    var words: SIMD4<Int32>
    var count: Int { words[1] < 0 ? 1 : words[2] < 0 ? 2 : 3 }

    /// Whether its words stand in the other, in a row.
    func isPart(of other: Gram) -> Bool {
      guard count <= other.count else { return false }
      return (0...other.count - count).contains { start in
        (0..<count).allSatisfy { words[$0] == other.words[start + $0] }
      }
    }
  }

  /// The words of each row as written.
  private let texts: [[Substring]]
  /// Their numbers: equal for words that are equal in lower case.
  private let rows: [[Int32]]
  private let numbers: [ByteText: Int32]

  /// Reads a training set, once.
  public init(_ train: [Example]) {
    var numbers: [ByteText: Int32] = [:]
    texts = train.map { words(of: $0.prompt.text) }
    rows = texts.map { words in
      words.map { word in
        let lowered = ByteText(word.lowercased())
        if let number = numbers[lowered] { return number }
        let number = Int32(numbers.count)
        numbers[lowered] = number
        return number
      }
    }
    self.numbers = numbers
  }

  /// Phrases that are over-represented among some rows.
  ///
  /// A phrase is kept when at least `least` of the rows hold it and Fisher's exact test, against the rest
  /// of the training set, gives p ≤ 0.05 over the number of phrases tested (Bonferroni). Of phrases with
  /// the same rows the shortest is kept, and none whose rows and words are part of a stronger one's.
  ///
  /// - Parameters:
  ///   - suspects: Positions of the rows asked about.
  ///   - least: Rows that must hold it, at least 1.
  /// - Returns: Most surprising first; nothing where all rows are asked about, or none.
  public func phrases(among suspects: [Int], least: Int = 3) -> [SharedPhrase] {
    let found = significant(among: suspects, least: least)
    var kept: [(gram: Gram, phrase: SharedPhrase)] = []
    for (gram, entry) in found {
      let isPart = kept.contains { other in
        (gram.isPart(of: other.gram) || other.gram.isPart(of: gram))
          && Set(entry.rows).isSubset(of: other.phrase.rows)
      }
      guard !isPart, let row = entry.rows.first, let place = place(of: gram, in: row) else {
        continue
      }
      let phrase = SharedPhrase(
        text: texts[row][place..<place + gram.count].joined(separator: " "),
        rows: entry.rows,
        corpus: entry.holders.count,
        lift: Double(entry.rows.count) * Double(rows.count)
          / (Double(Set(suspects).count) * Double(entry.holders.count)),
        surprise: entry.surprise
      )
      kept.append((gram, phrase))
    }
    return kept.map(\.phrase)
  }

  /// How surprising the phrases are that each training row shares with queries.
  ///
  /// - Parameters:
  ///   - groups: Queries, or groups of queries that are asked as one.
  ///   - suspects: For each group the rows that show its behaviour, such as those with its completion.
  /// - Returns: For each group one value a training row: the largest, over the phrases it holds that are
  ///   over-represented among the suspects, of their surprise times the share of the group's queries that
  ///   hold them; 0 for a row without one.
  public func scores(for groups: [[Example]], suspects: [[Int]]) -> [[Double]] {
    var known: [[Int]: [Gram: Entry]] = [:]
    return zip(groups, suspects).map { queries, suspects in
      let entries =
        known[suspects]
        ?? Dictionary(
          significant(among: suspects, least: 2).map { ($0.key, $0.value) },
          uniquingKeysWith: { first, _ in first }
        )
      known[suspects] = entries
      return scores(for: queries, entries)
    }
  }

  private func scores(for queries: [Example], _ entries: [Gram: Entry]) -> [Double] {
    var weights: [Gram: Double] = [:]
    for query in queries {
      let known = words(of: query.prompt.text).map {
        numbers[ByteText($0.lowercased())] ?? Int32.max
      }
      for gram in Self.grams(of: known) {
        guard let entry = entries[gram] else { continue }
        weights[gram, default: 0] += entry.surprise / Double(queries.count)
      }
    }
    var scores = [Double](repeating: 0, count: rows.count)
    for (gram, weight) in weights {
      for row in entries[gram]?.holders ?? [] { scores[row] = max(scores[row], weight) }
    }
    return scores
  }

  private struct Entry {
    /// Rows asked about that hold it.
    var rows: [Int] = []
    /// All rows that do.
    var holders: [Int] = []
    var surprise = 0.0
  }

  /// Grams of at least `least` of the rows that pass the test, most surprising first.
  private func significant(among suspects: [Int], least: Int) -> [(key: Gram, value: Entry)] {
    let asked = Set(suspects).sorted()
    var entries: [Gram: Entry] = [:]
    for row in asked {
      for gram in Self.grams(of: rows[row]) { entries[gram, default: Entry()].rows.append(row) }
    }
    entries = entries.filter { $0.value.rows.count >= max(1, least) }
    guard !entries.isEmpty else { return [] }
    for (row, words) in rows.enumerated() {
      for gram in Self.grams(of: words) { entries[gram]?.holders.append(row) }
    }
    let limit = -log(0.05 / Double(entries.count))
    for (gram, entry) in entries {
      entries[gram]?.surprise = -logHypergeometricTail(
        atLeast: entry.rows.count,
        of: entry.holders.count,
        marked: asked.count,
        total: rows.count
      )
    }
    return entries.filter { $0.value.surprise > 0 && $0.value.surprise >= limit }
      .sorted { left, right in
        if left.value.surprise != right.value.surprise {
          return left.value.surprise > right.value.surprise
        }
        if left.key.count != right.key.count { return left.key.count < right.key.count }
        return (left.key.words[0], left.key.words[1], left.key.words[2])
          < (right.key.words[0], right.key.words[1], right.key.words[2])
      }
  }

  /// Each gram of a row once.
  private static func grams(of row: [Int32]) -> Set<Gram> {
    var grams: Set<Gram> = []
    for start in row.indices {
      var words = SIMD4<Int32>(repeating: -1)
      for length in 0..<min(longest, row.count - start) {
        words[length] = row[start + length]
        grams.insert(Gram(words: words))
      }
    }
    return grams
  }

  private func place(of gram: Gram, in row: Int) -> Int? {
    let words = rows[row]
    return words.indices.first { start in
      start + gram.count <= words.count
        && (0..<gram.count).allSatisfy { words[start + $0] == gram.words[$0] }
    }
  }
}
