package import Experiment
import Synchronization

extension RunDatabase {
  /// Writes down that a model's training is about to be asked for.
  ///
  /// - Parameters:
  ///   - model: Number of the model.
  ///   - key: Key of its job.
  /// - Returns: The act, to be answered.
  /// - Throws: `StoreError`.
  package func askTraining(model: Int, key: String) throws(StoreError) -> Int64 {
    try change(durably: true) { connection throws(StoreError) in
      let update = try connection.prepare(
        """
        UPDATE models SET status = 'running', started = ?1, ended = NULL, error = NULL
        WHERE number = ?2
        """
      )
      try update.bind(Self.now(), at: 1)
      try update.bind(model, at: 2)
      try update.run()
      return try Self.ask(.train, model: model, subject: key, connection)
    }
  }

  /// Writes down that a training succeeded.
  ///
  /// - Parameters:
  ///   - act: The act that asked for it.
  ///   - model: Number of the model.
  ///   - result: What the provider gave.
  /// - Throws: `StoreError`.
  package func answerTraining(
    _ act: Int64,
    model: Int,
    result: TrainedModel
  ) throws(StoreError) {
    try change(durably: true) { connection throws(StoreError) in
      let update = try connection.prepare(
        """
        UPDATE models SET status = 'succeeded', reference = ?1, checkpoints = ?2,
          hyperparameters = ?3, tokens = ?4, ended = ?5 WHERE number = ?6
        """
      )
      try update.bind(result.model.name, at: 1)
      try update.bind(encoded(result.checkpoints.map(\.name)), at: 2)
      try update.bind(encoded(result.hyperparameters), at: 3)
      try update.bind(result.tokens, at: 4)
      try update.bind(Self.now(), at: 5)
      try update.bind(model, at: 6)
      try update.run()
      try Self.answer(act, outcome: "succeeded", connection)
    }
  }

  /// Writes down that an act was answered with an error.
  ///
  /// - Parameters:
  ///   - act: The act.
  ///   - kind: Its kind; a failed training gives the model up, a failed pricing does not.
  ///   - model: Number of the model.
  ///   - reason: The provider's error in words.
  /// - Throws: `StoreError`.
  package func fail(
    _ act: Int64,
    kind: Act.Kind,
    model: Int,
    reason: String
  ) throws(StoreError) {
    try change(durably: kind == .train) { connection throws(StoreError) in
      let note = try connection.prepare("UPDATE models SET error = ?1 WHERE number = ?2")
      try note.bind(reason, at: 1)
      try note.bind(model, at: 2)
      try note.run()
      if kind == .train {
        let end = try connection.prepare(
          "UPDATE models SET status = 'failed', ended = ?1 WHERE number = ?2"
        )
        try end.bind(Self.now(), at: 1)
        try end.bind(model, at: 2)
        try end.run()
      }
      try Self.answer(act, outcome: reason, connection)
    }
  }

  /// Writes down that prices are about to be asked for.
  ///
  /// - Parameters:
  ///   - kind: First or second prices.
  ///   - model: Number of the model.
  ///   - examples: Numbers of the examples, in the order they are asked in.
  /// - Returns: The act, to be answered.
  /// - Throws: `StoreError`.
  package func askPrices(
    _ kind: Act.Kind,
    model: Int,
    examples: ArraySlice<Int>
  ) throws(StoreError) -> Int64 {
    try change(durably: false) { connection throws(StoreError) in
      try Self.ask(kind, model: model, subject: Self.ranges(examples), connection)
    }
  }

  /// Writes down the prices of one call, all of them or none.
  ///
  /// A value that is not finite is recorded as missing and −0 as 0.
  /// - Parameters:
  ///   - act: The act that asked for them.
  ///   - kind: First or second prices.
  ///   - model: Number of the model.
  ///   - prices: The prices; none of their pairs may be recorded already.
  /// - Throws: `StoreError`.
  package func answerPrices(
    _ act: Int64,
    _ kind: Act.Kind,
    model: Int,
    prices: [NumberedPrice]
  ) throws(StoreError) {
    try change(durably: false) { connection throws(StoreError) in
      try Self.insert(prices, kind, model: model, connection)
      try Self.answer(act, outcome: "succeeded", connection)
    }
  }

  /// Writes down whether the run has come to its end.
  ///
  /// - Parameter ended: False when work is taken up again.
  /// - Throws: `StoreError`.
  package func setEnded(_ ended: Bool) throws(StoreError) {
    try change(durably: true) { connection throws(StoreError) in
      let update = try connection.prepare("UPDATE manifest SET ended = ?1")
      try update.bind(ended ? Self.now() : nil, at: 1)
      try update.run()
    }
  }

  /// Does all of `body` or nothing of it.
  ///
  /// - Parameters:
  ///   - durably: Whether it must survive a power cut at once, with all that was written before.
  ///   - body: What to write.
  /// - Returns: What `body` gives.
  /// - Throws: `StoreError`.
  private func change<Result: Sendable>(
    durably: Bool,
    _ body: (borrowing Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try connection.withLock { connection throws(StoreError) in
      try connection.execute(
        durably ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL"
      )
      return try connection.write { () throws(StoreError) in try body(connection) }
    }
  }

  private static func ask(
    _ kind: Act.Kind,
    model: Int,
    subject: String,
    _ connection: borrowing Connection
  ) throws(StoreError) -> Int64 {
    let insert = try connection.prepare(
      "INSERT INTO acts (kind, model, subject, asked) VALUES (?1, ?2, ?3, ?4)"
    )
    try insert.bind(kind.rawValue, at: 1)
    try insert.bind(model, at: 2)
    try insert.bind(subject, at: 3)
    try insert.bind(now(), at: 4)
    try insert.run()
    return connection.lastInserted
  }

  private static func answer(
    _ act: Int64,
    outcome: String,
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let update = try connection.prepare(
      "UPDATE acts SET answered = ?1, outcome = ?2 WHERE id = ?3"
    )
    try update.bind(now(), at: 1)
    try update.bind(outcome, at: 2)
    try update.bind(Int(act), at: 3)
    try update.run()
  }

  /// Ascending runs of numbers as text: `0-63,70`.
  static func ranges(_ numbers: ArraySlice<Int>) -> String {
    var parts: [(first: Int, last: Int)] = []
    for number in numbers {
      if let last = parts.last?.last, last + 1 == number {
        parts[parts.count - 1].last = number
      } else {
        parts.append((number, number))
      }
    }
    return parts.map { $0.first == $0.last ? "\($0.first)" : "\($0.first)-\($0.last)" }
      .joined(separator: ",")
  }

  private static func insert(
    _ prices: [NumberedPrice],
    _ kind: Act.Kind,
    model: Int,
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let insert =
      kind == .repeat
      ? try connection.prepare(
        """
        INSERT INTO repeats (model, example, nll, censored, tokens, first, method)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """
      )
      : try connection.prepare(
        """
        INSERT INTO prices (model, example, nll, censored, tokens, first, method)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """
      )
    let tokens = try connection.prepare(
      "INSERT INTO logprobabilities (model, example, tokens) VALUES (?1, ?2, ?3)"
    )
    var methods: [String: Int] = [:]
    var (measured, censored, missing) = (0, 0, 0)
    try insert.bind(model, at: 1)
    try tokens.bind(model, at: 1)
    for entry in prices {
      let price = entry.price
      let (nll, isBound): (Double?, Bool) =
        switch price.loss {
        case .measured(let value) where value.isFinite: (value, false)
        case .censored(let bound) where bound.isFinite: (bound, true)
        default: (nil, false)
        }
      switch (nll, isBound) {
      case (nil, _): missing += 1
      case (_, true): censored += 1
      case (_, false): measured += 1
      }
      try insert.bind(entry.example, at: 2)
      try insert.bind(nll, at: 3)
      try insert.bind(isBound ? 1 : 0, at: 4)
      try insert.bind(price.tokens, at: 5)
      try insert.bind(price.loss(.firstToken).value, at: 6)
      try insert.bind(try number(of: price.method, &methods, connection), at: 7)
      try insert.run()
      guard kind == .price, !price.tokenLogProbabilities.isEmpty else { continue }
      try tokens.bind(entry.example, at: 2)
      try tokens.bind(bytes: price.tokenLogProbabilities, at: 3)
      try tokens.run()
    }
    let count =
      kind == .repeat
      ? try connection.prepare(
        "UPDATE models SET repeated = repeated + ?1 + ?2 + ?3 WHERE number = ?4"
      )
      : try connection.prepare(
        """
        UPDATE models SET measured = measured + ?1, censored = censored + ?2,
          missing = missing + ?3, error = NULL WHERE number = ?4
        """
      )
    try count.bind(measured, at: 1)
    try count.bind(censored, at: 2)
    try count.bind(missing, at: 3)
    try count.bind(model, at: 4)
    try count.run()
  }

  private static func number(
    of method: String,
    _ known: inout [String: Int],
    _ connection: borrowing Connection
  ) throws(StoreError) -> Int {
    if let number = known[method] { return number }
    let insert = try connection.prepare("INSERT OR IGNORE INTO methods (name) VALUES (?1)")
    try insert.bind(method, at: 1)
    try insert.run()
    let select = try connection.prepare("SELECT id FROM methods WHERE name = ?1")
    try select.bind(method, at: 1)
    let number = try select.step() ? select.integer(0) : 0
    known[method] = number
    return number
  }
}
