internal import Experiment
internal import FoundationEssentials
import Synchronization

extension RunDatabase {
  /// The settings of the runs that the store holds, as JSON, by number.
  package func runs() throws(StoreError) -> [(number: Int, settings: String)] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare("SELECT number, settings FROM runs ORDER BY number")
      var runs: [(number: Int, settings: String)] = []
      while try select.step() { runs.append((select.integer(0), select.text(1) ?? "")) }
      return runs
    }
  }

  /// Everything of a run but its losses; `nil` when the store does not hold it.
  ///
  /// - Parameter run: The run's number.
  /// - Returns: Its contents.
  /// - Throws: `StoreError`.
  package func contents(run: Int = 1) throws(StoreError) -> RunContents? {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        """
        SELECT settings, train, queries, method, program, start, seed, created, ended
        FROM runs WHERE number = ?1
        """
      )
      try select.bind(run, at: 1)
      guard try select.step() else { return nil }
      let corpus = try self.corpus(connection)
      guard let start = Start(rawValue: select.text(5) ?? "") else { throw corrupt("its start") }
      let models = try self.models(run: run, connection)
      let design = SubsetDesign(
        examples: corpus.train.count,
        start: start,
        seed: UInt64(UInt(bitPattern: select.integer(6))),
        subsets: try subsets(
          models,
          run: run,
          of: max(corpus.train.count, corpus.queries.count),
          connection
        )
      )
      let manifest = Manifest(
        settings: select.text(0) ?? "",
        train: select.text(1) ?? "",
        queries: select.text(2) ?? "",
        method: select.text(3) ?? "",
        program: select.text(4) ?? "",
        design: design
      )
      return RunContents(
        run: run,
        manifest: manifest,
        created: select.integer(7),
        corpus: corpus,
        standing: RunStanding(
          ended: select.isNull(8) ? nil : select.integer(8),
          models: models,
          spending: try Self.spending(run: run, connection)
        )
      )
    }
  }

  /// Whether the store holds a run.
  package func hasRun() throws(StoreError) -> Bool {
    try look { connection throws(StoreError) in
      try connection.integer("SELECT count(*) FROM runs") > 0
    }
  }

  /// Keys of all jobs that were ever asked for, whichever run did.
  package func askedJobs() throws(StoreError) -> [String] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        "SELECT key FROM models WHERE started IS NOT NULL ORDER BY number"
      )
      var keys: [String] = []
      while try select.step() { keys.append(select.text(0) ?? "") }
      return keys
    }
  }

  /// How far a run is; a store that does not hold it is corrupt here.
  ///
  /// - Parameter run: The run's number.
  /// - Returns: Its standing.
  /// - Throws: `StoreError`.
  package func standing(run: Int = 1) throws(StoreError) -> RunStanding {
    try look { connection throws(StoreError) in
      let select = try connection.prepare("SELECT ended FROM runs WHERE number = ?1")
      try select.bind(run, at: 1)
      guard try select.step() else { throw corrupt("run \(run)") }
      return RunStanding(
        ended: select.isNull(0) ? nil : select.integer(0),
        models: try models(run: run, connection),
        spending: try Self.spending(run: run, connection)
      )
    }
  }

  /// Why first losses under perturbed models of a run are missing, by example.
  ///
  /// - Parameters:
  ///   - run: The run's number.
  ///   - models: How many of its perturbed models count, from the first.
  /// - Returns: Each reason with an example's number and how many of its losses have it, by example.
  /// - Throws: `StoreError`.
  package func missing(run: Int = 1, models: Int = .max) throws(StoreError) -> [(
    reason: String, example: Int, count: Int
  )] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        """
        SELECT name, example, count(*) FROM prices JOIN methods ON methods.id = method
          JOIN drawn USING (model)
        WHERE nll IS NULL AND run = ?1 AND position >= 0 AND position < ?2
        GROUP BY example, name ORDER BY example, name
        """
      )
      try select.bind(run, at: 1)
      try select.bind(models, at: 2)
      var found: [(reason: String, example: Int, count: Int)] = []
      while try select.step() {
        found.append((select.text(0) ?? "", select.integer(1), select.integer(2)))
      }
      return found
    }
  }

  /// Numbers of the examples a model has a loss for, ascending.
  ///
  /// - Parameters:
  ///   - model: Number of the model.
  ///   - kind: First or second losses.
  /// - Returns: Example numbers.
  /// - Throws: `StoreError`.
  package func answered(model: Int, _ kind: Act.Kind) throws(StoreError) -> [Int] {
    try look { connection throws(StoreError) in
      let select =
        kind == .repeat
        ? try connection.prepare("SELECT example FROM repeats WHERE model = ?1 ORDER BY example")
        : try connection.prepare("SELECT example FROM prices WHERE model = ?1 ORDER BY example")
      try select.bind(model, at: 1)
      var numbers: [Int] = []
      while try select.step() { numbers.append(select.integer(0)) }
      return numbers
    }
  }

  /// The journal in the order of asking.
  package func acts() throws(StoreError) -> [Act] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        "SELECT id, kind, model, subject, asked, answered, outcome FROM acts ORDER BY id"
      )
      var acts: [Act] = []
      while try select.step() {
        guard let kind = Act.Kind(rawValue: select.text(1) ?? "") else { throw corrupt("an act") }
        acts.append(
          Act(
            id: Int64(select.integer(0)),
            kind: kind,
            model: select.integer(2),
            subject: select.text(3) ?? "",
            asked: select.integer(4),
            answered: select.isNull(5) ? nil : select.integer(5),
            outcome: select.text(6)
          )
        )
      }
      return acts
    }
  }

  private func corpus(_ connection: borrowing Connection) throws(StoreError) -> Corpus {
    let select = try connection.prepare(
      "SELECT role, id, tags, format, prompt, completion, number, row FROM examples ORDER BY number"
    )
    var train: [Example] = []
    var queries: [Example] = []
    while try select.step() {
      guard let id = select.text(1), let prompt = select.text(4), let completion = select.text(5),
        select.integer(6) == train.count + queries.count,
        let tags = decoded([String].self, select.text(2))
      else { throw corrupt("example \(train.count + queries.count)") }
      let example: Example
      if let row = select.array(7, of: UInt8.self) {
        guard let read = ExampleFile.example(row, id: id, tags: tags) else {
          throw corrupt("row '\(id)'")
        }
        example = read
      } else {
        var value = Prompt.text(prompt)
        if select.text(3) == "chat" {
          guard let messages = decoded([Message].self, prompt) else {
            throw corrupt("prompt '\(id)'")
          }
          value = .chat(messages)
        }
        example = Example(id: id, prompt: value, completion: completion, tags: tags)
      }
      if select.text(0) == Role.query.rawValue {
        queries.append(example)
      } else if queries.isEmpty {
        train.append(example)
      } else {
        throw corrupt("the order of its examples")
      }
    }
    return Corpus(train: train, queries: queries)
  }

  private func models(
    run: Int,
    _ connection: borrowing Connection
  ) throws(StoreError) -> [ModelRecord] {
    let select = try connection.prepare(
      """
      SELECT position, key, seed, status, reference, checkpoints, hyperparameters, tokens, error,
        started, ended, measured, censored, missing, repeated, number
      FROM drawn JOIN models ON number = model WHERE run = ?1 ORDER BY position
      """
    )
    try select.bind(run, at: 1)
    var models: [ModelRecord] = []
    while try select.step() {
      guard select.integer(0) == models.count - 1, let key = select.text(1),
        let status = ModelRecord.Status(rawValue: select.text(3) ?? "")
      else { throw corrupt("model \(models.count - 1)") }
      models.append(
        ModelRecord(
          position: select.integer(0),
          number: select.integer(15),
          key: key,
          seed: UInt64(UInt(bitPattern: select.integer(2))),
          status: status,
          // The provider's base has no name.
          reference: select.text(4).flatMap { $0.isEmpty ? nil : ModelReference($0) },
          checkpoints: (decoded([String].self, select.text(5)) ?? []).map { ModelReference($0) },
          hyperparameters: decoded(Hyperparameters.self, select.text(6)),
          tokens: select.isNull(7) ? nil : select.integer(7),
          error: select.text(8),
          started: select.isNull(9) ? nil : select.integer(9),
          ended: select.isNull(10) ? nil : select.integer(10),
          measured: select.integer(11),
          censored: select.integer(12),
          missing: select.integer(13),
          repeated: select.integer(14)
        )
      )
    }
    guard !models.isEmpty else { throw corrupt("its models") }
    return models
  }

  private func subsets(
    _ models: [ModelRecord],
    run: Int,
    of examples: Int,
    _ connection: borrowing Connection
  ) throws(StoreError) -> [Subset] {
    let select = try connection.prepare(
      """
      SELECT position, members, weights FROM drawn JOIN membership USING (model)
      WHERE run = ?1 ORDER BY position
      """
    )
    try select.bind(run, at: 1)
    var subsets: [Subset] = []
    while try select.step() {
      let model = subsets.count
      guard select.integer(0) == model, model + 1 < models.count,
        let members = select.array(1, of: UInt32.self)?.map({ Int($0) }),
        members.last.map({ $0 < examples }) ?? true,
        zip(members, members.dropFirst()).allSatisfy({ $0 < $1 })
      else { throw corrupt("membership of model \(model)") }
      let weights = select.array(2, of: Double.self)
      guard select.isNull(2) || weights?.count == members.count else {
        throw corrupt("weights of model \(model)")
      }
      subsets.append(
        Subset(seed: models[model + 1].seed, members: members, weights: weights)
      )
    }
    guard subsets.count == models.count - 1 else { throw corrupt("its membership") }
    return subsets
  }

  /// Runs `body` on one state of the file.
  func look<Result: Sendable>(
    _ body: (borrowing Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try connection.withLock { connection throws(StoreError) in
      try connection.snapshot { () throws(StoreError) in try body(connection) }
    }
  }

  /// The error of contents that the program could not have written.
  func corrupt(_ what: String) -> StoreError {
    StoreError(
      code: .corrupt,
      operation: .read,
      path: path,
      cause: "\(what) cannot be understood"
    )
  }
}

/// A value from JSON text; `nil` when it is absent or does not fit.
func decoded<Value: Decodable>(_ type: Value.Type, _ text: String?) -> Value? {
  guard let text else { return nil }
  return try? JSONDecoder().decode(type, from: Data(text.utf8))
}
