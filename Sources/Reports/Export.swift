package import Experiment

/// Tables for other tools, written row by row into a sink, so that no table exists as one text.
package enum Export {
  /// Takes the next bytes of a file.
  package typealias Sink = ([UInt8]) throws -> Void

  /// The form of a file.
  package enum Format: String, Sendable, Hashable, CaseIterable {
    /// Quoted as in RFC 4180, lines ended by a line feed, one row an example; an empty cell is missing.
    case csv
    /// NumPy's array file, format 1.0: little-endian float64, C order; NaN is missing.
    case npy
    /// One JSON object an example; `null` is missing.
    case jsonl
  }

  /// Writes every model's loss for every example.
  ///
  /// A loss known only by a bound is written as the bound; JSONL also lists such models' positions
  /// under `censored`. NPY has the shape models × (training examples, then queries).
  /// - Parameters:
  ///   - losses: The matrix.
  ///   - format: The file's form.
  ///   - sink: Takes the bytes in order.
  /// - Throws: What the sink throws.
  package static func losses(
    _ losses: LossMatrix,
    as format: Format,
    to sink: @escaping Sink
  ) throws {
    let models = losses.models.count
    let values = losses.values
    let ids = losses.train + losses.queries
    func role(_ column: Int) -> Role { column < losses.train.count ? .train : .query }
    switch format {
    case .csv:
      var writer = RowWriter(sink)
      try writer.csv(["id", "role"] + losses.models, [])
      for (column, id) in ids.enumerated() {
        try writer.csv(
          [id, role(column).rawValue],
          values[column * models..<(column + 1) * models]
        )
      }
      try writer.flush()
    case .npy:
      try NPY.write(rows: models, columns: ids.count, to: sink) {
        values[$1 * models + $0]
      }
    case .jsonl:
      var writer = RowWriter(sink)
      for (column, id) in ids.enumerated() {
        var members = [
          ("id", JSONValue.string(id)), ("role", .string(role(column).rawValue)),
          ("losses", numbers(values[column * models..<(column + 1) * models])),
        ]
        let bounds =
          losses.censored == 0
          ? []
          : (0..<models).filter { model in
            if case .censored = losses[model: model, column: column] { true } else { false }
          }
        if !bounds.isEmpty { members.append(("censored", .array(bounds.map { .integer($0) }))) }
        try writer.line(.object(members))
      }
      try writer.flush()
    }
  }

  /// Writes each unit's weight in each model's training set, 0 where it was absent.
  ///
  /// NPY has the shape models × units.
  /// - Parameters:
  ///   - design: The subset design.
  ///   - models: Each model's key, in design order.
  ///   - members: Ids of the units that members are positions of, in corpus order.
  ///   - format: The file's form.
  ///   - sink: Takes the bytes in order.
  /// - Throws: What the sink throws.
  package static func membership(
    _ design: SubsetDesign,
    models: [String],
    members: [String],
    as format: Format,
    to sink: @escaping Sink
  ) throws {
    precondition(models.count == design.models && members.count == design.examples)
    if format == .npy {
      var rows = RowCache { design.weights(model: $0) }
      return try NPY.write(rows: models.count, columns: members.count, to: sink) { rows[$0][$1] }
    }
    let weights = models.indices.map { design.weights(model: $0) }
    var writer = RowWriter(sink)
    if format == .csv { try writer.csv(["id"] + models, []) }
    for (example, id) in members.enumerated() {
      let row = weights.map { $0[example] }
      if format == .csv {
        try writer.csv([id], row[...])
      } else {
        try writer.line(.object([("id", .string(id)), ("weights", numbers(row[...]))]))
      }
    }
    try writer.flush()
  }

  /// Writes the scores; what is not measurable is missing.
  ///
  /// NPY has the shape queries × training examples, and 0 for what is not measurable.
  /// - Parameters:
  ///   - scores: The scores.
  ///   - format: The file's form.
  ///   - sink: Takes the bytes in order.
  /// - Throws: What the sink throws.
  package static func scores(_ scores: Scores, as format: Format, to sink: @escaping Sink) throws {
    let examples = scores.train.count
    func value(_ query: Int, _ example: Int) -> Double {
      scores.measurable[example] ? scores.values[query * examples + example] : .nan
    }
    if format == .npy {
      return try NPY.write(rows: scores.queries.count, columns: examples, to: sink) {
        scores.values[$0 * examples + $1]
      }
    }
    var writer = RowWriter(sink)
    if format == .csv { try writer.csv(["id"] + scores.queries, []) }
    for (example, id) in scores.train.enumerated() {
      let row = scores.queries.indices.map { value($0, example) }
      if format == .csv {
        try writer.csv([id], row[...])
      } else {
        try writer.line(.object([("id", .string(id)), ("scores", numbers(row[...]))]))
      }
    }
    try writer.flush()
  }

  /// Writes the chance line of each query's ranking, a row a query; a number that is not known is missing.
  ///
  /// There is no NPY of them.
  /// - Parameters:
  ///   - chances: The profiles' names with their lines.
  ///   - format: The file's form.
  ///   - sink: Takes the bytes in order.
  /// - Throws: What the sink throws.
  package static func chances(
    _ chances: [(query: String, chance: Chance)],
    as format: Format,
    to sink: @escaping Sink
  ) throws {
    precondition(format != .npy)
    var writer = RowWriter(sink)
    if format == .csv {
      try writer.csv(
        [
          "query", "reason", "line", "p", "above", "expectedFalse", "fdr", "aboveByFDR",
          "lineByFDR",
          "best", "median", "rows", "permutations", "commonShare",
        ],
        []
      )
    }
    for (query, chance) in chances {
      guard format == .csv else {
        try writer.line(
          .object(
            [JSONValue.Member("query", .string(query))]
              + (chance.line.map(Records.members) ?? [])
              + [JSONValue.Member("reason", .string(chance.reason))]
          )
        )
        continue
      }
      let values = chance.line.map {
        [
          $0.line, $0.p, Double($0.above), $0.expectedFalse, $0.falseShare ?? .nan,
          Double($0.aboveByFDR), $0.lineByFDR ?? .nan, $0.best, $0.median, Double($0.rows),
          Double($0.permutations), $0.commonShare ?? .nan,
        ]
      }
      let row = values ?? [Double](repeating: .nan, count: 12)
      try writer.csv([query, chance.reason ?? ""], row[...])
    }
    try writer.flush()
  }

  private static func numbers(_ values: ArraySlice<Double>) -> JSONValue {
    .array(values.map { .number($0) })
  }

  /// The last row asked for, so that walking row by row makes each once.
  private struct RowCache {
    let make: (Int) -> [Double]
    var row = -1
    var values: [Double] = []

    init(_ make: @escaping (Int) -> [Double]) { self.make = make }

    subscript(index: Int) -> [Double] {
      mutating get {
        if index != row {
          values = make(index)
          row = index
        }
        return values
      }
    }
  }
}
