package import Experiment
internal import FoundationEssentials

extension RunDatabase {
  /// Records what a run is, before anything is asked for.
  ///
  /// - Parameters:
  ///   - manifest: What the run is.
  ///   - corpus: Its examples.
  ///   - target: θ0 when it exists already; `nil` when it is to be trained.
  ///   - keys: Job keys of θ0 and of the perturbed models, in order: K + 1 of them.
  /// - Throws: `StoreError`.
  package func create(
    _ manifest: Manifest,
    corpus: Corpus,
    target: ModelReference?,
    keys: [String]
  ) throws(StoreError) {
    precondition(keys.count == manifest.design.models + 1)
    try change { connection throws(StoreError) in
      try Self.insert(manifest, connection)
      try Self.insert(corpus, connection)
      try Self.insert(manifest.design, target: target, keys: keys, connection)
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
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let insert = try connection.prepare(
      """
      INSERT INTO manifest
        (only, key, settings, train, queries, method, program, start, seed, created)
      VALUES (1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      """
    )
    try insert.bind(manifest.key, at: 1)
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

  private static func insert(
    _ design: SubsetDesign,
    target: ModelReference?,
    keys: [String],
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let model = try connection.prepare(
      "INSERT INTO models (number, key, seed, status, reference) VALUES (?1, ?2, ?3, ?4, ?5)"
    )
    let membership = try connection.prepare(
      "INSERT INTO membership (model, members, weights) VALUES (?1, ?2, ?3)"
    )
    for (number, key) in zip((-1)..., keys) {
      let given = number < 0 ? target : nil
      let seed = number < 0 ? design.seed : design.draws[number].seed
      try model.bind(number, at: 1)
      try model.bind(key, at: 2)
      try model.bind(Int(bitPattern: UInt(seed)), at: 3)
      try model.bind(
        given == nil ? ModelRecord.Status.planned.rawValue : ModelRecord.Status.succeeded.rawValue,
        at: 4
      )
      try model.bind(given?.name, at: 5)
      try model.run()
      guard number >= 0 else { continue }
      let draw = design.draws[number]
      try membership.bind(number, at: 1)
      try membership.bind(bytes: draw.members.map { UInt32($0) }, at: 2)
      try membership.bind(bytes: draw.weights, at: 3)
      try membership.run()
    }
  }
}

/// A value as JSON text with sorted keys.
func encoded(_ value: some Encodable) -> String? {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return (try? encoder.encode(value)).map { String(decoding: $0, as: UTF8.self) }
}
