internal import Attribution
internal import Experiment

/// Which examples are read, by column: training rows first, then queries.
struct Coverage: Sendable {
  /// What θ0 and every perturbed model read, ascending.
  let columns: [Int]
  /// What each perturbed model reads twice, ascending.
  let repeats: [[Int]]

  /// Losses of the whole run, θ0's and second ones included.
  var pairs: Int { repeats.reduce(columns.count * (repeats.count + 1)) { $0 + $1.count } }

  /// Works out what a run reads.
  ///
  /// All training rows, or the candidates, and all queries, as far as the matrix has them as columns; a removal
  /// reads the rows that are named as candidates, and otherwise none.
  init(_ settings: RunSettings, corpus: Corpus) {
    let matrix = settings.perturbation.matrix
    let rows = settings.candidates?.all ?? (matrix.readsRows ? Array(corpus.train.indices) : [])
    let queries = matrix.readsQueries ? corpus.queries.count : 0
    let columns = rows + (0..<queries).map { corpus.train.count + $0 }
    self.columns = columns
    repeats = settings.repeatedPairs(train: rows.count, queries: queries).map {
      $0.map { columns[$0] }
    }
  }
}
