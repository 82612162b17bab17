internal import Attribution
internal import Experiment

/// Which examples are priced under which models, by column: training rows first, then queries.
struct Coverage: Sendable {
  /// What θ0 prices, ascending.
  let target: [Int]
  /// What every perturbed model prices, ascending.
  let perturbed: [Int]
  /// What each perturbed model prices twice, ascending.
  let repeats: [[Int]]

  /// What a model prices, θ0 being number -1.
  func columns(of model: Int) -> [Int] { model < 0 ? target : perturbed }

  /// Prices of the whole run, second ones included.
  var pairs: Int {
    repeats.reduce(target.count + perturbed.count * repeats.count) { $0 + $1.count }
  }

  /// Works out what a run prices.
  ///
  /// Every model prices every query and every training row, or every candidate. In-context probing
  /// compares the prices of training rows with θ0's own, so it prices no query.
  init(_ settings: RunSettings, corpus: Corpus) {
    let rows = settings.candidates?.all ?? Array(corpus.train.indices)
    let queries = settings.isProbing ? 0 : corpus.queries.count
    let columns = rows + (0..<queries).map { corpus.train.count + $0 }
    target = columns
    perturbed = columns
    repeats = settings.repeatedPairs(train: rows.count, queries: queries).map {
      $0.map { columns[$0] }
    }
  }
}
