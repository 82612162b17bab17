public import Experiment
import Glibc
import Statistics

/// What plain text suspects of a behaviour, before anything is trained: clusters of training rows.
///
/// Nothing here is a cause; it is what is worth taking away first. The search is pure: equal corpora
/// give equal clusters.
public struct SuspectSearch: Sendable {
  /// The names under which clusters say who found them, beside those of `TextIndex.Baseline`.
  public enum Source: String, Sendable, Hashable, CaseIterable {
    /// Rows with the very completion of a query.
    case sameCompletion = "same-completion"
    /// Rows with a word, or words in a row, that are over-represented among rows with the completion.
    case phrases = "rare-ngrams"
    /// Rows whose BM25 for the queries stands out.
    case bm25
    /// Rows that are nearly the same.
    case nearDuplicates = "near-duplicates"
    /// Rows whose embeddings are outstandingly near the queries'.
    case embedding
  }

  /// Most clusters that one source gives.
  public static let most = 20
  /// Fewest other rows that a quantile is taken of.
  private static let fewest = 20

  private let corpus: Corpus
  private let index: TextIndex
  private let phrases: PhraseIndex
  private let embeddings: EmbeddedCorpus?

  /// Reads a corpus, once.
  ///
  /// - Parameters:
  ///   - corpus: Training rows and queries; no tag is read.
  ///   - embeddings: Their embeddings, where there are some.
  public init(_ corpus: Corpus, embeddings: EmbeddedCorpus? = nil) {
    self.corpus = corpus
    self.embeddings = embeddings
    index = TextIndex(corpus.train)
    phrases = PhraseIndex(corpus.train)
  }

  /// Clusters of rows that text ties to a behaviour.
  ///
  /// The rows with the completion of a query are the behaviour's rows. A score's suspects are those of them
  /// above the 99 % quantile of all other rows, if there are more than chance gives (Fisher's exact test,
  /// p ≤ 0.05). Where no row has the completion, or fewer than 20 have not, they are the rows far out by
  /// Tukey's fence (upper quartile + 3 quartile ranges), and BM25's stand for the behaviour's rows. Phrases
  /// and near duplicates are looked for among the behaviour's rows.
  ///
  /// - Parameter queries: Positions of the queries that show the behaviour, at least one.
  /// - Returns: At most `most` clusters a source, each of at least one row and none of all rows, in the order
  ///   of `Source`; clusters of the same rows are one cluster with several sources.
  public func clusters(for queries: [Int]) -> [SuspectCluster] {
    let asked = queries.map { corpus.queries[$0] }
    let same = index.sharesCompletion(with: asked)
    let sharing = same.indices.filter { same[$0] }
    let search = outstanding(index.scores(.bm25, for: asked), sharing)
    let behaviour = sharing.isEmpty ? search.rows : sharing

    var found: [SuspectCluster] = []
    func add(_ name: String, _ rows: [Int], _ source: Source, _ word: String?, _ strength: Double?)
    {
      guard !rows.isEmpty, rows.count < corpus.train.count else { return }
      found.append(
        SuspectCluster(
          name: name,
          rows: rows,
          sources: [source.rawValue],
          word: word,
          strength: strength
        )
      )
    }
    add("the query's completion", sharing, .sameCompletion, nil, nil)
    for phrase in phrases.phrases(among: behaviour).prefix(Self.most) {
      add("'\(phrase.text)'", phrase.rows, .phrases, phrase.text, phrase.lift)
    }
    add("nearest by BM25", search.rows, .bm25, nil, search.strength)
    let groups = NearDuplicates(
      behaviour.map { corpus.train[$0].prompt.text } + asked.map(\.prompt.text)
    ).groups
    for (place, group) in groups.sorted(by: { ($1.count, $0[0]) < ($0.count, $1[0]) }).prefix(
      Self.most
    ).enumerated() {
      let rows = group.filter { $0 < behaviour.count }.map { behaviour[$0] }
      add("near duplicates \(place + 1)", rows, .nearDuplicates, nil, nil)
    }
    if let embeddings {
      let near = outstanding(embeddings.scores(for: queries), sharing)
      add("nearest by embedding", near.rows, .embedding, nil, near.strength)
    }
    return merged(found)
  }

  /// Rows that stand out by a score.
  ///
  /// - Parameters:
  ///   - scores: One a training row.
  ///   - behaviour: Rows with the behaviour's completion, ascending.
  /// - Returns: The rows, and how many times more frequent they are among the behaviour's rows than in the
  ///   training set, where that can be said.
  private func outstanding(
    _ scores: [Double],
    _ behaviour: [Int]
  ) -> (rows: [Int], strength: Double?) {
    let isBehaviour = Set(behaviour)
    let others = scores.indices.filter { !isBehaviour.contains($0) }
    guard !behaviour.isEmpty, others.count >= Self.fewest,
      let line = quantile(0.99, of: others.map { scores[$0] })
    else {
      guard let low = quantile(0.25, of: scores), let high = quantile(0.75, of: scores) else {
        return ([], nil)
      }
      return (scores.indices.filter { scores[$0] > high + 3 * (high - low) }, nil)
    }
    let above = behaviour.filter { scores[$0] > line }
    let all = scores.count { $0 > line }
    let chance = logHypergeometricTail(
      atLeast: above.count,
      of: all,
      marked: behaviour.count,
      total: scores.count
    )
    guard chance <= log(0.05) else { return ([], nil) }
    let lift =
      Double(above.count) * Double(scores.count) / (Double(behaviour.count) * Double(all))
    return (above, lift)
  }

  /// One cluster for clusters of the same rows; the first gives the name, a later one its word.
  private func merged(_ clusters: [SuspectCluster]) -> [SuspectCluster] {
    var places: [[Int]: Int] = [:]
    var result: [SuspectCluster] = []
    for cluster in clusters {
      guard let place = places[cluster.rows] else {
        places[cluster.rows] = result.count
        result.append(cluster)
        continue
      }
      let first = result[place]
      let takesWord = first.word == nil && cluster.word != nil
      result[place] = SuspectCluster(
        name: takesWord ? cluster.name : first.name,
        rows: first.rows,
        sources: (takesWord ? cluster.sources + first.sources : first.sources + cluster.sources)
          .reduce(into: []) { if !$0.contains($1) { $0.append($1) } },
        word: first.word ?? cluster.word,
        strength: takesWord ? cluster.strength : first.strength
      )
    }
    return result
  }
}
