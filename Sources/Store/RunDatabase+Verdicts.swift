extension RunDatabase {
  /// Keeps a verdict in the place of the behaviour's last one, durably before it returns.
  ///
  /// - Parameters:
  ///   - record: The verdict as JSON, written by the module that understands it.
  ///   - behaviour: What the queries show.
  /// - Throws: `StoreError`.
  package func keep(verdict record: String, of behaviour: String) throws(StoreError) {
    try change { connection throws(StoreError) in
      let insert = try connection.prepare(
        "INSERT OR REPLACE INTO verdicts (behaviour, record, decided) VALUES (?1, ?2, ?3)"
      )
      try insert.bind(behaviour, at: 1)
      try insert.bind(record, at: 2)
      try insert.bind(Self.now(), at: 3)
      try insert.run()
    }
  }

  /// The last verdict of each behaviour as JSON, by behaviour.
  ///
  /// - Returns: Each with when it was decided, in milliseconds since 1970.
  /// - Throws: `StoreError`.
  package func verdicts() throws(StoreError) -> [(behaviour: String, record: String, decided: Int)]
  {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        "SELECT behaviour, record, decided FROM verdicts ORDER BY behaviour"
      )
      var found: [(behaviour: String, record: String, decided: Int)] = []
      while try select.step() {
        found.append((select.text(0) ?? "", select.text(1) ?? "", select.integer(2)))
      }
      return found
    }
  }
}
