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
    try change { connection throws(StoreError) in
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
  ///   - spending: What it cost; `nil` when prices are unknown.
  /// - Throws: `StoreError`.
  package func answerTraining(
    _ act: Int64,
    model: Int,
    result: TrainedModel,
    spending: Spending? = nil
  ) throws(StoreError) {
    try change { connection throws(StoreError) in
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
      if let spending {
        var tally = Tally()
        tally.add(spending, model: model)
        try tally.write(connection)
      }
      try Self.answer(act, outcome: "succeeded", connection)
    }
  }

  /// Writes down that a model is one that was there before, at no price.
  ///
  /// - Parameters:
  ///   - reference: The model; `nil` is the provider's base.
  ///   - model: Number of the model.
  /// - Throws: `StoreError`.
  package func adopt(_ reference: ModelReference?, model: Int) throws(StoreError) {
    try change { connection throws(StoreError) in
      let update = try connection.prepare(
        "UPDATE models SET status = 'succeeded', reference = ?1, ended = ?2 WHERE number = ?3"
      )
      // A model that is made has a reference; no model has an empty name.
      try update.bind(reference?.name ?? "", at: 1)
      try update.bind(Self.now(), at: 2)
      try update.bind(model, at: 3)
      try update.run()
    }
  }

  /// Writes down that an act was answered with an error.
  ///
  /// - Parameters:
  ///   - act: The act; `nil` when it failed before it was asked for.
  ///   - kind: Its kind; a failed training gives the model up, a failed reading does not.
  ///   - model: Number of the model.
  ///   - reason: The provider's error in words.
  /// - Throws: `StoreError`.
  package func fail(
    _ act: Int64?,
    kind: Act.Kind,
    model: Int,
    reason: String
  ) throws(StoreError) {
    try change { connection throws(StoreError) in
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
      if let act { try Self.answer(act, outcome: reason, connection) }
    }
  }

  /// Writes down that losses are about to be asked for, in as many calls as it takes.
  ///
  /// - Parameters:
  ///   - kind: First or second losses.
  ///   - model: Number of the model.
  ///   - examples: Numbers of the examples, in the order they are asked in.
  /// - Returns: The act, to be answered.
  /// - Throws: `StoreError`.
  package func askReadings(
    _ kind: Act.Kind,
    model: Int,
    examples: ArraySlice<Int>
  ) throws(StoreError) -> Int64 {
    try change { connection throws(StoreError) in
      try Self.ask(kind, model: model, subject: Self.ranges(examples), connection)
    }
  }

  /// Queues the losses of one call, to be committed all of them or none.
  ///
  /// A value that is not finite is recorded as missing and −0 as 0.
  /// - Parameters:
  ///   - readings: The losses; none of their pairs may be recorded already.
  ///   - kind: First or second losses.
  ///   - model: Number of the model.
  ///   - spending: What the call cost; `nil` when prices are unknown.
  /// - Throws: `StoreError` of an earlier entry.
  package func record(
    _ readings: [NumberedReading],
    _ kind: Act.Kind,
    model: Int,
    spending: Spending? = nil
  ) throws(StoreError) {
    try enqueue(.readings(readings, kind, model: model, spending))
  }

  /// Queues the note that all losses an act asked for have come, behind those losses.
  ///
  /// - Parameters:
  ///   - act: The act that asked for them.
  ///   - model: Number of the model.
  /// - Throws: `StoreError` of an earlier entry.
  package func answerReadings(_ act: Int64, model: Int) throws(StoreError) {
    try enqueue(.answer(act, model: model))
  }

  /// Writes down whether a run has come to its end.
  ///
  /// - Parameters:
  ///   - ended: False when work is taken up again.
  ///   - run: The run's number.
  /// - Throws: `StoreError`.
  package func setEnded(_ ended: Bool, run: Int = 1) throws(StoreError) {
    try change { connection throws(StoreError) in
      let update = try connection.prepare("UPDATE runs SET ended = ?1 WHERE number = ?2")
      try update.bind(ended ? Self.now() : nil, at: 1)
      try update.bind(run, at: 2)
      try update.run()
    }
  }

  /// Writes everything that is queued, then all of `body`, in one transaction or not at all, and waits
  /// for the disk.
  ///
  /// - Parameter body: What to write.
  /// - Returns: What `body` gives.
  /// - Throws: `StoreError`; where something was queued nothing is taken in any more after it.
  func change<Result: Sendable>(
    _ body: (borrowing Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try connection.withLock { connection throws(StoreError) in
      try writeQueued(connection, and: body)
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

  /// Writes down how an act ended.
  static func answer(
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
}
