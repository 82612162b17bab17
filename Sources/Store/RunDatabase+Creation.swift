package import Experiment
internal import FoundationEssentials

extension RunDatabase {
  /// Records what a run is, before anything is asked for.
  ///
  /// Jobs that the store knows already, from a run on the same examples, are not recorded again: the run
  /// uses their models.
  ///
  /// - Parameters:
  ///   - manifest: What the run is.
  ///   - corpus: Its examples; those of the runs beside it, where there are some.
  ///   - target: θ0 when it exists already; `nil` when it is to be trained.
  ///   - keys: Job keys of θ0 and of the perturbed models, in order: K + 1 of them.
  /// - Returns: The run's number in the store.
  /// - Throws: `StoreError`.
  @discardableResult
  package func create(
    _ manifest: Manifest,
    corpus: Corpus,
    target: ModelReference?,
    keys: [String]
  ) throws(StoreError) -> Int {
    precondition(keys.count == manifest.design.models + 1)
    return try change { connection throws(StoreError) in
      let run = try connection.integer("SELECT ifnull(max(number), 0) + 1 FROM runs")
      try Self.insert(manifest, run: run, connection)
      if run == 1 { try Self.insert(corpus, connection) }
      _ = try Self.link(
        keys[0],
        seed: manifest.design.seed,
        given: target,
        at: (run, -1),
        connection
      )
      try Self.link(manifest.design.subsets[...], keys: keys.dropFirst(), run: run, connection)
      return run
    }
  }

  /// Lets a run use more models than before, or says otherwise what it is to do.
  ///
  /// - Parameters:
  ///   - run: The run's number.
  ///   - settings: Its settings from now on, as JSON.
  ///   - design: Its design; models that it has already stay as they are.
  ///   - keys: Job keys of the models that it has not, in order.
  /// - Throws: `StoreError`.
  package func extend(
    run: Int,
    settings: String,
    design: SubsetDesign,
    keys: [String]
  ) throws(StoreError) {
    try change { connection throws(StoreError) in
      let update = try connection.prepare(
        "UPDATE runs SET settings = ?1, ended = NULL WHERE number = ?2"
      )
      try update.bind(settings, at: 1)
      try update.bind(run, at: 2)
      try update.run()
      try Self.link(
        design.subsets.suffix(keys.count),
        keys: keys[...],
        run: run,
        connection
      )
    }
  }

  /// Takes over the user's labels of a corpus whose examples are otherwise the recorded ones.
  ///
  /// - Parameter corpus: The run's corpus with new tags.
  /// - Throws: `StoreError`.
  package func relabel(_ corpus: Corpus) throws(StoreError) {
    try change { connection throws(StoreError) in
      let update = try connection.prepare("UPDATE examples SET tags = ?1 WHERE number = ?2")
      for (number, example) in (corpus.train + corpus.queries).enumerated() {
        try update.bind(encoded(example.tags), at: 1)
        try update.bind(number, at: 2)
        try update.run()
      }
    }
  }

  private static func insert(
    _ manifest: Manifest,
    run: Int,
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let insert = try connection.prepare(
      """
      INSERT INTO runs
        (number, settings, train, queries, method, program, start, seed, created)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      """
    )
    try insert.bind(run, at: 1)
    try insert.bind(manifest.settings, at: 2)
    try insert.bind(manifest.train, at: 3)
    try insert.bind(manifest.queries, at: 4)
    try insert.bind(manifest.method, at: 5)
    try insert.bind(manifest.program, at: 6)
    try insert.bind(manifest.design.start.rawValue, at: 7)
    try insert.bind(Int(bitPattern: UInt(manifest.design.seed)), at: 8)
    try insert.bind(now(), at: 9)
    try insert.run()
  }

  private static func insert(
    _ corpus: Corpus,
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let insert = try connection.prepare(
      """
      INSERT INTO examples
        (number, role, position, id, tags, format, prompt, completion, row)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      """
    )
    var number = 0
    for (role, examples) in [(Role.train, corpus.train), (.query, corpus.queries)] {
      for (position, example) in examples.enumerated() {
        try insert.bind(number, at: 1)
        try insert.bind(role.rawValue, at: 2)
        try insert.bind(position, at: 3)
        try insert.bind(example.id, at: 4)
        try insert.bind(encoded(example.tags), at: 5)
        switch example.prompt {
        case .text(let text):
          try insert.bind("text", at: 6)
          try insert.bind(text, at: 7)
        case .chat(let messages):
          try insert.bind("chat", at: 6)
          try insert.bind(encoded(messages), at: 7)
        }
        try insert.bind(example.completion, at: 8)
        try insert.bind(bytes: example.row.flatMap { $0.saysMore ? $0.bytes : nil }, at: 9)
        try insert.run()
        number += 1
      }
    }
  }

  private static func link(
    _ subsets: ArraySlice<Subset>,
    keys: ArraySlice<String>,
    run: Int,
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let membership = try connection.prepare(
      "INSERT INTO membership (model, members, weights) VALUES (?1, ?2, ?3)"
    )
    for ((position, subset), key) in zip(zip(subsets.indices, subsets), keys) {
      let model = try link(key, seed: subset.seed, at: (run, position), connection)
      guard let model else { continue }
      try membership.bind(model, at: 1)
      try membership.bind(bytes: subset.members.map { UInt32($0) }, at: 2)
      try membership.bind(bytes: subset.weights, at: 3)
      try membership.run()
    }
  }

  /// Makes a job's model part of a run.
  ///
  /// - Returns: The model's number when it is new; `nil` when the store knew the job.
  private static func link(
    _ key: String,
    seed: UInt64,
    given: ModelReference? = nil,
    at place: (run: Int, position: Int),
    _ connection: borrowing Connection
  ) throws(StoreError) -> Int? {
    let known = try connection.prepare("SELECT number FROM models WHERE key = ?1")
    try known.bind(key, at: 1)
    let isKnown = try known.step()
    let number =
      isKnown
      ? known.integer(0) : try connection.integer("SELECT ifnull(max(number), -2) + 1 FROM models")
    if !isKnown {
      let model = try connection.prepare(
        "INSERT INTO models (number, key, seed, status, reference) VALUES (?1, ?2, ?3, ?4, ?5)"
      )
      let status = given == nil ? ModelRecord.Status.planned : .succeeded
      try model.bind(number, at: 1)
      try model.bind(key, at: 2)
      try model.bind(Int(bitPattern: UInt(seed)), at: 3)
      try model.bind(status.rawValue, at: 4)
      try model.bind(given?.name, at: 5)
      try model.run()
    }
    let drawn = try connection.prepare(
      "INSERT INTO drawn (run, position, model) VALUES (?1, ?2, ?3)"
    )
    try drawn.bind(place.run, at: 1)
    try drawn.bind(place.position, at: 2)
    try drawn.bind(number, at: 3)
    try drawn.run()
    return isKnown ? nil : number
  }
}

/// A value as JSON text with sorted keys.
func encoded(_ value: some Encodable) -> String? {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
}
