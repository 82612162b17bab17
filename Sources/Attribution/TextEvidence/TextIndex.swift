public import Experiment
import Glibc

/// The training set as plain text search sees it: the rival every attribution method has to beat.
///
/// A document is a training example's prompt as lower-case words, each as its bytes, as models see them;
/// completions are only compared as a whole.
public struct TextIndex: Sendable {
  /// Text baselines, by the name under which they are reported.
  public enum Baseline: String, Sendable, Hashable, CaseIterable {
    /// Share of the queries whose completion the row has, word for word.
    case sameCompletion = "same-completion"
    /// BM25 of the queries' prompts, summed over queries.
    case bm25
    /// Rows by `same-completion`, and by `bm25` among equals.
    case sameCompletionThenBM25 = "same-completion+bm25"
  }

  /// BM25's saturation of repeated words.
  private static let k1 = 1.2
  /// BM25's share of length normalisation.
  private static let b = 0.75

  private struct Posting: Sendable {
    let document: Int32
    let count: Int32
  }

  /// Number of documents, N.
  public let documents: Int
  private let identifiers: [ByteText: Int]
  private let postings: [[Posting]]
  /// k1·(1 − b + b·length/mean length) of each document.
  private let lengthTerms: [Double]
  /// Number of each distinct completion, trimmed.
  private let completionNumbers: [ByteText: Int]
  /// Number of each document's completion.
  private let completions: [Int]

  /// Reads a training set, once.
  public init(_ train: [Example]) {
    var identifiers: [ByteText: Int] = [:]
    var postings: [[Posting]] = []
    var lengths: [Int] = []
    for (document, example) in train.enumerated() {
      var tokens: [Int] = []
      for word in words(of: example.prompt.text) {
        let lowered = ByteText(word.lowercased())
        if let identifier = identifiers[lowered] {
          tokens.append(identifier)
        } else {
          identifiers[lowered] = postings.count
          tokens.append(postings.count)
          postings.append([])
        }
      }
      tokens.sort()
      var first = 0
      while first < tokens.count {
        var end = first + 1
        while end < tokens.count, tokens[end] == tokens[first] { end += 1 }
        postings[tokens[first]].append(
          Posting(document: Int32(document), count: Int32(end - first))
        )
        first = end
      }
      lengths.append(tokens.count)
    }
    let mean = Double(lengths.reduce(0, +)) / Double(max(1, lengths.count))
    lengthTerms = lengths.map {
      Self.k1 * (1 - Self.b + Self.b * (mean > 0 ? Double($0) / mean : 1))
    }
    documents = train.count
    self.identifiers = identifiers
    self.postings = postings
    var numbers: [ByteText: Int] = [:]
    completions = train.map { example in
      let completion = ByteText(trimmed(example.completion))
      let number = numbers[completion] ?? numbers.count
      numbers[completion] = number
      return number
    }
    completionNumbers = numbers
  }

  /// Training rows whose prompt holds a word, in any case.
  public func frequency(of word: String) -> Int {
    identifiers[ByteText(word.lowercased())].map { postings[$0].count } ?? 0
  }

  /// Scores of a baseline for one query or a group of queries: one value a training row.
  public func scores(_ baseline: Baseline, for queries: [Example]) -> [Double] {
    switch baseline {
    case .sameCompletion:
      return sameCompletion(queries).map { Double($0) / Double(max(1, queries.count)) }
    case .bm25:
      return bm25(queries)
    case .sameCompletionThenBM25:
      // BM25 squeezed into [0, 1) orders rows with the same whole number of matches.
      let scores = bm25(queries)
      let scale = 1 + (scores.max() ?? 0)
      return zip(sameCompletion(queries), scores).map { Double($0) + $1 / scale }
    }
  }

  /// Which training rows have the very completion of one of the queries.
  public func sharesCompletion(with queries: [Example]) -> [Bool] {
    sameCompletion(queries).map { $0 > 0 }
  }

  /// For each training row, how many of the queries have its completion.
  private func sameCompletion(_ queries: [Example]) -> [Int] {
    var wanted = [Int](repeating: 0, count: completionNumbers.count)
    for query in queries {
      if let number = completionNumbers[ByteText(trimmed(query.completion))] { wanted[number] += 1 }
    }
    return completions.map { wanted[$0] }
  }

  /// Σ over query words of idf·f·(k1 + 1)/(f + k1·(1 − b + b·length/mean length)), a repeated query
  /// word counting each time, with idf = ln(1 + (N − n + ½)/(n + ½)), which is never negative.
  private func bm25(_ queries: [Example]) -> [Double] {
    var repeats: [Int: Double] = [:]
    for query in queries {
      for word in words(of: query.prompt.text) {
        if let identifier = identifiers[ByteText(word.lowercased())] {
          repeats[identifier, default: 0] += 1
        }
      }
    }
    var scores = [Double](repeating: 0, count: documents)
    for (identifier, times) in repeats.sorted(by: { $0.key < $1.key }) {
      let rows = Double(postings[identifier].count)
      let rarity = log(1 + (Double(documents) - rows + 0.5) / (rows + 0.5))
      for posting in postings[identifier] {
        let document = Int(posting.document)
        let count = Double(posting.count)
        scores[document] +=
          times * rarity * count * (Self.k1 + 1) / (count + lengthTerms[document])
      }
    }
    return scores
  }
}
