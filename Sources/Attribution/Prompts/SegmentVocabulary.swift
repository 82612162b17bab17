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
  /// - Parameters:
  ///   - texts: The training texts.
  ///   - size: Most segments kept; small training sets have fewer, or none.
  ///   - minimumPMI: Least PMI of chained neighbours, in nats.
  ///   - minimumCount: Counts of words, of pairs and of segments must exceed it.
  ///   - longest: Most words in a segment.
  public init(
    of texts: [String],
    size: Int,
    minimumPMI: Double = 1,
    minimumCount: Int = 5,
    longest: Int = 5
  ) {
    var names: [Substring] = []
    let lines = Self.numbered(texts, names: &names)
    let strong = Self.strongPairs(
      lines,
      words: names.count,
      minimumPMI: minimumPMI,
      minimumCount: minimumCount
    )
    var cuts: [ArraySlice<Int>: Int] = [:]
    for line in lines {
      var first = 0
      for end in 1...line.count {
        if end < line.count, strong.contains(Pair(first: line[end - 1], second: line[end])) {
          continue
        }
        if end - first <= longest { cuts[line[first..<end], default: 0] += 1 }
        first = end
      }
    }
    // Occurrences anywhere, also inside longer segments.
    var counts: [ArraySlice<Int>: Int] = [:]
    for (segment, count) in cuts where count > minimumCount { counts[segment] = 0 }
    for line in lines {
      for first in line.indices {
        for end in first..<min(first + longest, line.count) {
          counts[line[first...end]]? += 1
        }
      }
    }
    let ranked = counts.map {
      (text: $0.key.map { names[$0] }.joined(separator: " "), count: $0.value)
    }
    .sorted {
      $0.count != $1.count
        ? $0.count > $1.count : $0.text.utf8.lexicographicallyPrecedes($1.text.utf8)
    }
    var seen: Set<String> = []
    let distinct = ranked.map { Self.withoutTrailingSymbols($0.text) }
      .filter { !$0.isEmpty && seen.insert($0).inserted }
    segments = Array(distinct.prefix(max(size, 0)))
  }

  /// Lines that have words, as numbers of distinct words.
  private static func numbered(_ texts: [String], names: inout [Substring]) -> [[Int]] {
    var numbers: [Substring: Int] = [:]
    var lines: [[Int]] = []
    for text in texts {
      for line in text.split(whereSeparator: \.isNewline) {
        let words = line.split(whereSeparator: \.isWhitespace)
        if words.isEmpty { continue }
        lines.append(
          words.map { word in
            if let number = numbers[word] { return number }
            numbers[word] = names.count
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
