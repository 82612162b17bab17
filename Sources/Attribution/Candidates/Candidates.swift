public import Experiment
import Statistics

/// The training rows whose losses are read; all others are left out.
///
/// Some are picked for being near a query. Of the rest a random sample is read too: what it holds tells
/// how much the picking missed.
public struct Candidates: Sendable, Hashable, Codable {
  /// Positions of the rows picked, ascending.
  public let picked: [Int]
  /// Positions of the rows drawn at random from all others, ascending.
  public let audit: [Int]
  /// Size of the training set.
  public let rows: Int

  /// Positions of all rows that are read, ascending.
  public var all: [Int] { (picked + audit).sorted() }

  /// Rows that are not picked, the audited ones among them.
  public var rest: Int { rows - picked.count }

  /// Creates candidates.
  ///
  /// - Parameters:
  ///   - picked: Positions of training rows, in any order.
  ///   - rows: Size of the training set.
  ///   - audit: Share of the other rows that is drawn at random, 0...1; rounded up.
  ///   - seed: Seed of the draw.
  public init(picked: Set<Int>, of rows: Int, audit: Double, seed: UInt64) {
    precondition(picked.allSatisfy { (0..<rows).contains($0) } && (0...1).contains(audit))
    let rest = (0..<rows).filter { !picked.contains($0) }
    let count = Int((audit * Double(rest.count)).rounded(.up))
    var generator = SplitMix64(seed: seed, stream: 0x61_75_64_69_74)
    self.picked = picked.sorted()
    self.audit = generator.sample(count, of: rest.count).map { rest[$0] }.sorted()
    self.rows = rows
  }

  /// Whether they are distinct rows of a corpus, and at least one.
  public func areRows(of corpus: Corpus) -> Bool {
    let all = all
    return rows == corpus.train.count && !all.isEmpty
      && all.allSatisfy { (0..<rows).contains($0) }
      && zip(all, all.dropFirst()).allSatisfy { $0 < $1 }
  }

  /// The rows that text search finds for each query.
  ///
  /// - Parameters:
  ///   - count: Rows taken for each query: so many by BM25 of the prompts, and so many of those with the
  ///     query's very completion, by BM25 among them.
  ///   - corpus: Rows and queries.
  /// - Returns: Positions of rows.
  public static func nearest(_ count: Int, in corpus: Corpus) -> Set<Int> {
    let index = TextIndex(corpus.train)
    var found: Set<Int> = []
    for query in corpus.queries {
      let same = index.sharesCompletion(with: [query])
      var byText = TopList(limit: count)
      var byCompletion = TopList(limit: count)
      for (row, score) in index.scores(.bm25, for: [query]).enumerated() {
        if score > 0 { byText.offer(score, example: row) }
        if same[row] { byCompletion.offer(score, example: row) }
      }
      found.formUnion((byText.entries + byCompletion.entries).map(\.example))
    }
    return found
  }
}

extension Candidates: CustomStringConvertible {
  /// How many there are, with a digest of which.
  public var description: String {
    var digest = Digest()
    for row in picked { digest.update("\(row)") }
    digest.update("audit")
    for row in audit { digest.update("\(row)") }
    return "\(all.count) of \(rows) rows (\(digest))"
  }
}

extension Candidates {
  /// What the audited rows say of the rows that were not picked.
  ///
  /// - Parameters:
  ///   - scores: One a training row.
  ///   - measurable: Which of them are scores.
  ///   - count: Length k of the list of picked rows that the others are compared with.
  /// - Returns: The estimate; `nil` without audited rows or with fewer than k picked ones.
  func audited(_ scores: [Double], measurable: [Bool], top count: Int) -> AuditEstimate? {
    let best = picked.filter { measurable[$0] }.map { scores[$0] }.sorted(by: >)
    let drawn = audit.filter { measurable[$0] }.map { scores[$0] }
    guard count >= 1, best.count >= count, !drawn.isEmpty else { return nil }
    let above = drawn.count { $0 > best[count - 1] }
    return AuditEstimate(
      top: count,
      audited: drawn.count,
      above: above,
      rest: rest,
      share: clopperPearson(successes: above, of: drawn.count)
    )
  }
}
