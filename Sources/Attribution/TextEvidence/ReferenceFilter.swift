import Experiment
import Glibc
import Statistics

/// Rows whose completion surprises models that were not trained on them, by clusters of like completions.
///
/// The reference is the run itself: the mean loss per token of a row's completion under the models that did
/// not see the row, or under all of them where every one did. Rows above the median are kept; their
/// completions are clustered by TF-IDF, each joining the nearest earlier one with cosine 0.5 or more. It asks
/// whether a classifier of outputs alone would have found the rows.
/// - SeeAlso: "Reference-Filtration + TF-IDF Clustering", arXiv 2505.23015, whose reference is a model of
///   another origin.
struct ReferenceFilter {
  /// The name under which it is reported.
  static let name = "reference-filter"
  /// Cosine from which a completion joins a cluster.
  private static let nearness = 0.5
  /// Clusters that others may join; a further completion stands alone.
  private static let mostClusters = 1_000

  private let texts: CompletionTexts
  /// The first completion of each row's cluster; `nil` for a row that is not kept.
  private let leaders: [CompletionTexts.Vector?]

  /// Filters and clusters the rows, once; `nil` without a loss.
  ///
  /// - Parameters:
  ///   - train: The training rows.
  ///   - losses: Their losses per token.
  ///   - design: The draws behind the models, in their order.
  init?(_ train: [Example], losses: LossMatrix, design: SubsetDesign) {
    let models = losses.models.count
    let values = losses.values
    let members = design.subsets.map { Set($0.members) }
    let means = train.indices.map { row -> Double? in
      let first = losses.column(train: row) * models
      let read = (0..<models).filter { !values[first + $0].isNaN }
      let unseen = read.filter { !(members.indices.contains($0) && members[$0].contains(row)) }
      let counted = unseen.isEmpty ? read : unseen
      guard !counted.isEmpty else { return nil }
      return counted.reduce(0) { $0 + values[first + $1] } / Double(counted.count)
    }
    guard let middle = quantile(0.5, of: means.compactMap(\.self)) else { return nil }

    let texts = CompletionTexts(train)
    var clusters: [CompletionTexts.Vector] = []
    var known: [ByteText: CompletionTexts.Vector] = [:]
    leaders = train.indices.map { row in
      guard let mean = means[row], mean > middle else { return nil }
      let text = ByteText(trimmed(train[row].completion))
      if let leader = known[text] { return leader }
      let vector = texts.vector(of: text.text)
      let cosines = clusters.map(vector.cosine)
      let best = cosines.indices.max { cosines[$0] < cosines[$1] }
      let leader = best.flatMap { cosines[$0] >= Self.nearness ? clusters[$0] : nil } ?? vector
      if leader == vector, clusters.count < Self.mostClusters { clusters.append(vector) }
      known[text] = leader
      return leader
    }
    self.texts = texts
  }

  /// Mean cosine of the queries' completions with the row's cluster; 0 for a row that is not kept.
  func scores(for queries: [Example]) -> [Double] {
    let asked = queries.map { texts.vector(of: $0.completion) }
    var known: [CompletionTexts.Vector: Double] = [:]
    return leaders.map { leader in
      guard let leader else { return 0 }
      if let score = known[leader] { return score }
      let score = asked.reduce(0) { $0 + $1.cosine(leader) } / Double(max(1, asked.count))
      known[leader] = score
      return score
    }
  }
}

/// Completions as TF-IDF vectors over the words of a training set's completions.
private struct CompletionTexts {
  /// Weights of words, of length 1, by the words' numbers; empty for a text without known words.
  struct Vector: Hashable {
    let words: [Int]
    let weights: [Double]

    /// 0...1; 0 with a text without words.
    func cosine(_ other: Vector) -> Double {
      var (place, otherPlace) = (0, 0)
      var sum = 0.0
      while place < words.count, otherPlace < other.words.count {
        let (word, otherWord) = (words[place], other.words[otherPlace])
        if word == otherWord { sum += weights[place] * other.weights[otherPlace] }
        if word <= otherWord { place += 1 }
        if otherWord <= word { otherPlace += 1 }
      }
      return sum
    }
  }

  private var numbers: [ByteText: Int] = [:]
  private var frequencies: [Int] = []
  private let rows: Int

  init(_ train: [Example]) {
    rows = train.count
    for example in train {
      var seen: Set<Int> = []
      for word in words(of: example.completion) {
        let key = ByteText(word.lowercased())
        let number = numbers[key] ?? frequencies.count
        if number == frequencies.count {
          numbers[key] = number
          frequencies.append(0)
        }
        if seen.insert(number).inserted { frequencies[number] += 1 }
      }
    }
  }

  /// tf · (ln((1 + N) / (1 + n)) + 1), scaled to length 1; words that no row has count for nothing.
  func vector(of text: String) -> Vector {
    var counts: [Int: Int] = [:]
    for word in words(of: text) {
      if let number = numbers[ByteText(word.lowercased())] { counts[number, default: 0] += 1 }
    }
    let words = counts.keys.sorted()
    let weights = words.map { word in
      Double(counts[word] ?? 0) * (log(Double(1 + rows) / Double(1 + frequencies[word])) + 1)
    }
    let norm = weights.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return Vector(words: words, weights: weights.map { $0 / norm })
  }
}
