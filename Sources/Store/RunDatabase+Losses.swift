package import Experiment

extension RunDatabase {
  /// Forgets the losses of a model of which none is known, so that they are asked for again.
  ///
  /// - Parameter model: Number of the model.
  /// - Throws: `StoreError`.
  package func forgetReadings(model: Int) throws(StoreError) {
    try change { connection throws(StoreError) in
      let delete = try connection.prepare("DELETE FROM prices WHERE model = ?1 AND nll IS NULL")
      try delete.bind(model, at: 1)
      try delete.run()
      let update = try connection.prepare("UPDATE models SET missing = 0 WHERE number = ?1")
      try update.bind(model, at: 1)
      try update.run()
    }
  }

  /// The loss matrix, in one pass over the losses in the order they are stored.
  ///
  /// - Parameters:
  ///   - models: Number and name of each wanted perturbed model, in the order of the rows.
  ///   - corpus: The run's examples.
  ///   - view: What the numbers are.
  /// - Returns: One row a wanted model; what is not recorded is missing.
  /// - Throws: `StoreError`.
  package func losses(
    models: [(number: Int, key: String)],
    corpus: Corpus,
    view: LossView
  ) throws(StoreError) -> LossMatrix {
    let columns = corpus.train.count + corpus.queries.count
    let rows = models.count
    var row = [Int](repeating: -1, count: (models.map(\.number).max() ?? -1) + 1)
    for (index, model) in models.enumerated() { row[model.number] = index }
    let entries = try look { [row] connection throws(StoreError) in
      var values = [Double](repeating: .nan, count: rows * columns)
      var censored: [Int] = []
      let select =
        switch view {
        case .sum:
          try connection.prepare(
            "SELECT model, example, nll, censored FROM prices"
          )
        case .mean:
          try connection.prepare(
            "SELECT model, example, nll / nullif(tokens, 0), censored FROM prices"
          )
        case .firstToken:
          try connection.prepare("SELECT model, example, first, 0 FROM prices")
        }
      while try select.step() {
        let model = select.integer(0)
        guard row.indices.contains(model), row[model] >= 0 else { continue }
        let example = select.integer(1)
        guard example >= 0, example < columns else { throw corrupt("a loss's example") }
        guard !select.isNull(2) else { continue }
        let index = example * rows + row[model]
        values[index] = select.double(2)
        if select.integer(3) != 0 { censored.append(index) }
      }
      return Entries(values: values, censored: censored)
    }
    return LossMatrix(
      models: models.map(\.key),
      train: corpus.train.map(\.id),
      queries: corpus.queries.map(\.id),
      view: view,
      values: entries.values,
      censored: entries.censored
    )
  }

  private struct Entries: Sendable {
    let values: [Double]
    let censored: [Int]
  }

  /// All recorded losses of one model with their log-probabilities, by example number.
  ///
  /// - Parameter model: Number of the model.
  /// - Returns: The losses in example order.
  /// - Throws: `StoreError`.
  package func readings(model: Int) throws(StoreError) -> [NumberedReading] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        """
        SELECT example, nll, censored, prices.tokens, name, logprobabilities.tokens, first
        FROM prices JOIN methods ON methods.id = method
          LEFT JOIN logprobabilities USING (model, example)
        WHERE model = ?1 ORDER BY example
        """
      )
      try select.bind(model, at: 1)
      var readings: [NumberedReading] = []
      while try select.step() {
        readings.append(
          NumberedReading(example: select.integer(0), reading: Self.read(select, at: 1))
        )
      }
      return readings
    }
  }

  /// Both readings of every perturbed model's pair that was read twice.
  ///
  /// - Returns: The pairs by model and example.
  /// - Throws: `StoreError`.
  package func repeats() throws(StoreError) -> [RepeatRecord] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        """
        SELECT a.model, a.example, a.nll, a.censored, a.tokens, m.name, l.tokens, a.first,
          b.nll, b.censored, b.tokens, n.name, NULL, b.first
        FROM repeats b JOIN prices a USING (model, example)
          JOIN methods m ON m.id = a.method JOIN methods n ON n.id = b.method
          LEFT JOIN logprobabilities l USING (model, example)
        ORDER BY b.model, b.example
        """
      )
      var repeats: [RepeatRecord] = []
      while try select.step() {
        repeats.append(
          RepeatRecord(
            model: select.integer(0),
            example: select.integer(1),
            first: Self.read(select, at: 2),
            second: Self.read(select, at: 8)
          )
        )
      }
      return repeats
    }
  }

  /// The loss in six columns: sum, bound or not, tokens, method, log-probabilities, first token.
  private static func read(_ row: borrowing Statement, at column: Int32) -> LossReading {
    if row.isNull(column) { return .missing(reason: row.text(column + 3) ?? "") }
    let loss: Loss =
      if row.integer(column + 1) != 0 {
        .censored(atLeast: row.double(column))
      } else {
        .measured(row.double(column))
      }
    var tokens = row.array(column + 4, of: Float.self) ?? []
    // A second reading keeps its first token only; it came from a Float, so this is exact.
    if tokens.isEmpty, !row.isNull(column + 5) { tokens = [Float(-row.double(column + 5))] }
    return LossReading(
      loss: loss,
      tokens: row.integer(column + 2),
      tokenLogProbabilities: tokens,
      method: row.text(column + 3) ?? ""
    )
  }
}
