package import Experiment

extension RunDatabase {
  /// Keeps embeddings, durably before it returns, and remembers their model as the one used last.
  ///
  /// - Parameters:
  ///   - embeddings: Each by its text's digest; one that is known is kept as it was.
  ///   - model: The model.
  /// - Throws: `StoreError`.
  package func add(
    _ embeddings: [(text: String, embedding: Embedding)],
    of model: String
  ) throws(StoreError) {
    try change { connection throws(StoreError) in
      let insert = try connection.prepare(
        "INSERT OR IGNORE INTO embeddings (model, text, vector, reason) VALUES (?1, ?2, ?3, ?4)"
      )
      for (text, embedding) in embeddings {
        try insert.bind(model, at: 1)
        try insert.bind(text, at: 2)
        try insert.bind(bytes: embedding.vector, at: 3)
        try insert.bind(embedding.reason, at: 4)
        try insert.run()
      }
      let use = try connection.prepare(
        "INSERT OR REPLACE INTO embedders (model, used) VALUES (?1, ?2)"
      )
      try use.bind(model, at: 1)
      try use.bind(Self.now(), at: 2)
      try use.run()
    }
  }

  /// The embeddings of a model by their texts' digests.
  ///
  /// - Parameter model: The model; `nil` is the one used last.
  /// - Returns: Nothing where no embedding is kept.
  /// - Throws: `StoreError`.
  package func embeddings(of model: String?) throws(StoreError) -> [String: Embedding] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        """
        SELECT text, vector, reason FROM embeddings
        WHERE model = coalesce(?1, (SELECT model FROM embedders ORDER BY used DESC, model LIMIT 1))
        """
      )
      try select.bind(model, at: 1)
      var found: [String: Embedding] = [:]
      while try select.step() {
        guard let text = select.text(0) else { throw corrupt("an embedding") }
        if let vector = select.array(1, of: Float.self), !vector.isEmpty {
          found[text] = .vector(vector)
        } else {
          found[text] = .refused(reason: select.text(2) ?? "")
        }
      }
      return found
    }
  }
}

extension Embedding {
  fileprivate var reason: String? {
    if case .refused(let reason) = self { reason } else { nil }
  }
}
