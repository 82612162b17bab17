import Experiment

/// Texts that are nearly the same: sets of three words in a row (shingles) that overlap by Jaccard's share.
struct NearDuplicates {
  /// Overlap from which two texts count as nearly the same: shared shingles over all of both.
  static let threshold = 0.6
  /// Words of a shingle; a shorter text is one shingle.
  static let words = 3

  /// Connected groups of at least two texts, by position, ascending.
  let groups: [[Int]]

  /// Compares texts, none of which need be compared with all others: two texts can only overlap enough
  /// when they share one of their rarest shingles.
  ///
  /// - Parameter texts: Prompts, in any case.
  /// - SeeAlso: Bayardo, Ma, Srikant, "Scaling Up All Pairs Similarity Search", WWW 2007.
  init(_ texts: [String]) {
    var numbers: [[ByteText]: Int] = [:]
    var frequencies: [Int] = []
    let sets = texts.map { text in
      Self.shingles(of: text).map { shingle in
        let number = numbers[shingle] ?? frequencies.count
        if number == frequencies.count {
          numbers[shingle] = number
          frequencies.append(0)
        }
        frequencies[number] += 1
        return number
      }
    }
    var leaders = Array(texts.indices)
    func leader(of text: Int) -> Int {
      var text = text
      while leaders[text] != text { text = leaders[text] }
      return text
    }
    var holders: [Int: [Int]] = [:]
    for (text, set) in sets.enumerated() where !set.isEmpty {
      let rarest = set.sorted { (frequencies[$0], $0) < (frequencies[$1], $1) }
      let needed = Int((Self.threshold * Double(set.count)).rounded(.up))
      var compared: Set<Int> = []
      for shingle in rarest.prefix(set.count - needed + 1) {
        for other in holders[shingle, default: []] where compared.insert(other).inserted {
          guard Self.overlap(Set(set), sets[other]) >= Self.threshold else { continue }
          let (first, second) = (leader(of: text), leader(of: other))
          leaders[max(first, second)] = min(first, second)
        }
        holders[shingle, default: []].append(text)
      }
    }
    var members: [Int: [Int]] = [:]
    for text in texts.indices { members[leader(of: text), default: []].append(text) }
    groups = members.sorted { $0.key < $1.key }.map(\.value).filter { $0.count > 1 }
  }

  /// The different shingles of a text, in order.
  private static func shingles(of text: String) -> [[ByteText]] {
    let words = Attribution.words(of: text).map { ByteText($0.lowercased()) }
    guard words.count > Self.words else { return words.isEmpty ? [] : [words] }
    var seen: Set<[ByteText]> = []
    return (0...words.count - Self.words).map { Array(words[$0..<$0 + Self.words]) }
      .filter { seen.insert($0).inserted }
  }

  private static func overlap(_ set: Set<Int>, _ other: [Int]) -> Double {
    let shared = other.count(where: set.contains)
    return Double(shared) / Double(set.count + other.count - shared)
  }
}
