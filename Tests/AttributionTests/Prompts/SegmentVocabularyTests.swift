import Attribution
import Testing

struct SegmentVocabularyTests {
  /// Words: new 12, city 12, york 6, a 6; pairs: 24 in all, four kinds of 6.
  private static let corpus = [String](repeating: "new york city\na new city", count: 6)
  // PMI of (new york), (york city), (a new): log(24·6/(12·6)) = log 2; of (new city): log 1 = 0.
  private static let log2 = 0.6931471805599453

  private func segments(
    _ texts: [String],
    size: Int = 100,
    pmi: Double = 1,
    count: Int = 5,
    longest: Int = 5
  ) -> [String] {
    SegmentVocabulary(
      of: texts,
      size: size,
      minimumPMI: pmi,
      minimumCount: count,
      longest: longest
    ).segments
  }

  @Test func `pairs are chained from their mutual information on`() {
    // Cut: new york city ×6, a new ×6, city ×6; `city` occurs 12 times.
    #expect(
      segments(Self.corpus, pmi: Self.log2 - 1e-9) == ["city", "a new", "new york city"]
    )
    #expect(segments(Self.corpus, pmi: Self.log2 + 1e-9) == ["city", "new", "a", "york"])
    #expect(segments(Self.corpus, pmi: -1) == ["a new city", "new york city"])
  }

  @Test func `the defaults are those of the authors' script`() {
    let defaults = SegmentVocabulary(of: Self.corpus, size: 100).segments
    #expect(defaults == segments(Self.corpus, pmi: 1, count: 5, longest: 5))
    #expect(defaults == ["city", "new", "a", "york"])
  }

  @Test func `counts must exceed the least count`() {
    #expect(segments(Self.corpus, count: 6) == ["city", "new"])
    #expect(segments(Self.corpus, count: 11) == ["city", "new"])
    #expect(segments(Self.corpus, count: 12).isEmpty)
  }

  @Test func `segments of more than the longest number of words are left out`() {
    #expect(segments(Self.corpus, pmi: 0.5, longest: 2) == ["city", "a new"])
    #expect(segments(Self.corpus, pmi: 0.5, longest: 1) == ["city"])
  }

  @Test func `the size bounds the list from its rare end`() {
    #expect(segments(Self.corpus, size: 2) == ["city", "new"])
    #expect(segments(Self.corpus, size: 0).isEmpty)
  }

  @Test func `symbols at the end are stripped and repeats dropped`() {
    let texts = [String](repeating: "Paris.\nParis\n***\n🎉\n{name}: 東京!", count: 6)
    #expect(segments(texts, pmi: 9) == ["Paris", "{name", "東京"])
  }

  @Test func `texts without words have no segments`() {
    #expect(segments([]).isEmpty)
    #expect(segments(["", " \n\t "], count: 0).isEmpty)
  }

  @Test func `the order of texts does not matter`() {
    let lines = Self.corpus.flatMap { $0.split(separator: "\n").map(String.init) }
    #expect(segments(lines.reversed(), pmi: 0.5) == segments(lines, pmi: 0.5))
  }

  /// Rows of one template, of which every two neighbours stick together: chains of seven words.
  private static let template = (0..<12).map {
    "What in the world says the \(["cat", "dog", "owl"][$0 % 3])?"
  }

  @Test func `text made from a template is cut, then its words join, as far as is asked for`() {
    func segments(fewest: Int, count: Int = 3) -> [String] {
      SegmentVocabulary(
        of: Self.template,
        size: 100,
        minimumPMI: -9,
        minimumCount: count,
        fewest: fewest
      ).segments
    }
    #expect(segments(fewest: 0).isEmpty)
    let cut = ["What in the world says", "the cat", "the dog", "the owl"]
    #expect(segments(fewest: 1) == cut)
    #expect(segments(fewest: 4) == cut)
    // `the` twice in 12 rows, the animals in 4.
    let words = ["the", "What", "in", "says", "world", "cat", "dog", "owl"]
    #expect(segments(fewest: 5) == cut + words)
    // Nothing occurs often enough.
    #expect(segments(fewest: 1, count: 24) == words)
  }
}
