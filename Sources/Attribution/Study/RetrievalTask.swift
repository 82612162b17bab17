import Experiment
import Statistics

/// Which rows are to be found, which must not be taken for them, and how a ranking is judged.
struct RetrievalTask {
  /// Queries with the tag.
  let queries: [Int]
  /// Queries with the decoys' tag only.
  let decoyQueries: [Int]
  /// Rows with the tag.
  let positives: [Int]
  /// Rows with the decoys' tag only.
  let decoys: [Int]
  private let relevant: [Bool]
  /// Every row's completion, trimmed.
  private let completions: [ByteText]

  /// Reads the tags.
  ///
  /// - Parameters:
  ///   - corpus: Tagged rows and queries.
  ///   - tag: Tag of the rows to be found.
  ///   - decoyTag: Tag of the decoys.
  /// - Throws: `notFound` when no row or no query has a tag.
  init(_ corpus: Corpus, tag: String, against decoyTag: String?) throws(AttributionError) {
    func positions(_ examples: [Example], with tag: String, without other: String?) -> [Int] {
      examples.indices.filter {
        examples[$0].tags.contains(same: tag)
          && !(other.map(examples[$0].tags.contains(same:)) ?? false)
      }
    }
    func require(_ found: [Int], _ tag: String, _ what: String) throws(AttributionError) -> [Int] {
      guard found.isEmpty else { return found }
      throw AttributionError(
        .notFound,
        "cannot evaluate tag '\(tag)'",
        cause: "no \(what) has it",
        hint: "rows and queries carry tags as \"tags\": [\"\(tag)\"]"
      )
    }
    queries = try require(
      positions(corpus.queries, with: tag, without: nil),
      tag,
      "query"
    )
    positives = try require(
      positions(corpus.train, with: tag, without: nil),
      tag,
      "training row"
    )
    if let decoyTag {
      decoys = try require(
        positions(corpus.train, with: decoyTag, without: tag),
        decoyTag,
        "training row"
      )
      decoyQueries = positions(corpus.queries, with: decoyTag, without: tag)
    } else {
      decoys = []
      decoyQueries = []
    }
    completions = corpus.train.map { ByteText(trimmed($0.completion)) }
    var relevant = [Bool](repeating: false, count: corpus.train.count)
    for row in positives { relevant[row] = true }
    self.relevant = relevant
  }

  /// Average precision of a ranking of all rows; 0 where no row has the tag.
  func averagePrecision(_ scores: [Double]) -> Double {
    Ranking(scores).averagePrecision(relevant) ?? 0
  }

  /// The area under the ROC curve of tagged rows against decoys and its mirror, averaged: chance 0.5.
  ///
  /// One side alone misleads: rows that are merely louder than the decoys win it for every query.
  /// `nil` without decoys or without decoy queries.
  func twoSided(_ scores: [[Double]], mirrored: [[Double]]) -> Double? {
    guard let forward = area(scores, positives: positives, negatives: decoys),
      let backward = area(mirrored, positives: decoys, negatives: positives)
    else { return nil }
    return (forward + backward) / 2
  }

  /// All figures but intervals.
  ///
  /// - Parameters:
  ///   - scores: One ranking of all rows a tagged query, or one for their group.
  ///   - mirrored: The same for the decoys' queries.
  ///   - counts: List lengths for precision.
  ///   - asked: The queries behind each of `scores`.
  /// - Returns: The means over rankings.
  func measure(
    _ scores: [[Double]],
    mirrored: [[Double]],
    counts: [Int],
    asked: [[Example]]
  ) -> Retrieval {
    let rankings = scores.map { Ranking($0) }
    let sameOutput = zip(rankings, asked).compactMap { ranking, queries in
      let wanted = Set(queries.map { ByteText(trimmed($0.completion)) })
      return ranking.averagePrecision(completions.map(wanted.contains))
    }
    let precision = counts.map { count in
      (count, mean(of: rankings.map { $0.precision(at: count, relevant) }))
    }
    return Retrieval(
      ap: mean(of: rankings.map { $0.averagePrecision(relevant) ?? 0 }),
      apInterval: nil,
      auroc: area(scores, positives: positives, negatives: decoys),
      twoSided: twoSided(scores, mirrored: mirrored),
      twoSidedInterval: nil,
      precision: Dictionary(uniqueKeysWithValues: precision),
      sameOutputAP: sameOutput.isEmpty ? nil : mean(of: sameOutput)
    )
  }

  private func area(_ scores: [[Double]], positives: [Int], negatives: [Int]) -> Double? {
    let values = scores.compactMap { areaUnderROC($0, positives: positives, negatives: negatives) }
    return values.isEmpty ? nil : mean(of: values)
  }
}
