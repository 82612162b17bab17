import Experiment
import Glibc

/// N-grams with high pointwise mutual information in a training set, most frequent first.
///
/// Words are what white space separates, as written; a line is a sentence. Neighbours x y whose counts
/// and PMI, log(pairs · c(xy) / (c(x) · c(y))), are high enough are chained, which cuts every line into
/// segments. A segment cut often enough is kept, loses the symbols at its end, and is ranked by how often
/// its words occur anywhere, ties in the order of their bytes. Text is data: nothing in it is interpreted.
/// - SeeAlso: Diao et al., "Black-box Prompt Learning for Pre-trained Language Models",
///   arXiv 2201.08531, 3.2. Unlike the authors' script, the last segment of a line
///   counts.
public struct SegmentVocabulary: Sendable, Hashable, Codable {
  /// The candidates, most frequent first, without repeats; words joined by blanks.
  public let segments: [String]

  private struct Pair: Hashable {
    let first: Int
    let second: Int
  }

  /// Finds the segments of a training set.
  ///
  /// Where rows are made from a few templates, nearly everything sticks together in chains longer than a
  /// segment may be. If that leaves fewer than `fewest` segments, the chains are cut into segments from
  /// their start on, and counted likewise; if that does not suffice, words that are frequent enough join
  /// them one by one; and if not even two of those are there, all words do.
  ///
  /// - Parameters:
  ///   - texts: The training texts.
  ///   - size: Most segments kept; small training sets have fewer, or none.
  ///   - minimumPMI: Least PMI of chained neighbours, in nats.
  ///   - minimumCount: Counts of words, of pairs and of segments must exceed it.
  ///   - longest: Most words in a segment.
  ///   - fewest: Segments below which long chains are cut, and words join; 0 never does.
  public init(
    of texts: [String],
    size: Int,
    minimumPMI: Double = 1,
    minimumCount: Int = 5,
    longest: Int = 5,
    fewest: Int = 0
  ) {
    var names: [Substring] = []
    let lines = Self.numbered(texts, names: &names)
    let strong = Self.strongPairs(
      lines,
      words: names.count,
      minimumPMI: minimumPMI,
      minimumCount: minimumCount
    )
    let chains = lines.flatMap { Self.chains(of: $0, strong) }
    func ranked(_ segments: [ArraySlice<Int>], above count: Int) -> [String] {
      let kept = Self.frequent(segments, above: count)
      return Self.ranked(Self.occurrences(of: kept, in: lines, longest: longest), names)
    }
    var segments = ranked(chains.filter { $0.count <= longest }, above: minimumCount)
    if segments.count < fewest {
      let cut = chains.flatMap { chain in
        stride(from: chain.startIndex, to: chain.endIndex, by: max(1, longest)).map {
          chain[$0..<min($0 + max(1, longest), chain.endIndex)]
        }
      }
      segments = ranked(cut, above: minimumCount)
      let words = lines.flatMap { line in line.indices.map { line[$0...$0] } }
      for least in [minimumCount, 0] where segments.count < (least > 0 ? fewest : 2) {
        let known = Set(segments.map { ByteText($0) })
        segments += ranked(words, above: least).filter { !known.contains(ByteText($0)) }
      }
    }
    self.segments = Array(segments.prefix(max(size, 0)))
  }

  /// A line cut wherever neighbours do not stick together.
  private static func chains(of line: [Int], _ strong: Set<Pair>) -> [ArraySlice<Int>] {
    var chains: [ArraySlice<Int>] = []
    var first = 0
    for end in 1...line.count {
      if end < line.count, strong.contains(Pair(first: line[end - 1], second: line[end])) {
        continue
      }
      chains.append(line[first..<end])
      first = end
    }
    return chains
  }

  /// The different segments that were cut more than `count` times.
  private static func frequent(
    _ segments: [ArraySlice<Int>],
    above count: Int
  ) -> Set<ArraySlice<Int>> {
    var cuts: [ArraySlice<Int>: Int] = [:]
    for segment in segments { cuts[segment, default: 0] += 1 }
    return Set(cuts.filter { $0.value > count }.keys)
  }

  /// How often segments occur anywhere, also inside longer ones.
  private static func occurrences(
    of segments: Set<ArraySlice<Int>>,
    in lines: [[Int]],
    longest: Int
  ) -> [ArraySlice<Int>: Int] {
    var counts: [ArraySlice<Int>: Int] = [:]
    for segment in segments { counts[segment] = 0 }
    for line in lines {
      for first in line.indices {
        for end in first..<min(first + longest, line.count) {
          counts[line[first...end]]? += 1
        }
      }
    }
    return counts
  }

  /// Segments as texts without symbols at their ends, most frequent first, each once.
  private static func ranked(
    _ counts: [ArraySlice<Int>: Int],
    _ names: [Substring]
  ) -> [String] {
    let ranked = counts.map {
      (text: $0.key.map { names[$0] }.joined(separator: " "), count: $0.value)
    }
    .sorted {
      $0.count != $1.count
        ? $0.count > $1.count : $0.text.precedes($1.text)
    }
    var seen: Set<ByteText> = []
    return ranked.map { withoutTrailingSymbols($0.text) }
      .filter { !$0.isEmpty && seen.insert(ByteText($0)).inserted }
  }

  /// Lines that have words, as numbers of distinct words.
  private static func numbered(_ texts: [String], names: inout [Substring]) -> [[Int]] {
    var numbers: [ByteText: Int] = [:]
    var lines: [[Int]] = []
    for text in texts {
      for line in text.split(whereSeparator: \.isNewline) {
        let words = line.split(whereSeparator: \.isWhitespace)
        if words.isEmpty { continue }
        lines.append(
          words.map { word in
            if let number = numbers[ByteText(word)] { return number }
            numbers[ByteText(word)] = names.count
            names.append(word)
            return names.count - 1
          }
        )
      }
    }
    return lines
  }

  private static func strongPairs(
    _ lines: [[Int]],
    words: Int,
    minimumPMI: Double,
    minimumCount: Int
  ) -> Set<Pair> {
    var single = [Int](repeating: 0, count: words)
    var pairs: [Pair: Int] = [:]
    var total = 0
    for line in lines {
      for word in line { single[word] += 1 }
      for (first, second) in zip(line, line.dropFirst()) {
        pairs[Pair(first: first, second: second), default: 0] += 1
        total += 1
      }
    }
    // A word is at least as frequent as a pair it is in, so the pair's count alone decides.
    let strong = pairs.filter { pair, count in
      let expected = Double(single[pair.first]) * Double(single[pair.second])
      return count > minimumCount && log(Double(total) * Double(count) / expected) >= minimumPMI
    }
    return Set(strong.keys)
  }

  private static func withoutTrailingSymbols(_ text: String) -> String {
    var result = Substring(text)
    while let last = result.last, !last.isLetter, !last.isNumber { result.removeLast() }
    return String(result)
  }
}
