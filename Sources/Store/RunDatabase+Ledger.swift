package import Experiment
import Synchronization

/// Money spent on one model, or an amount to be added to it.
package struct Spending: Sendable, Hashable {
  /// What it was spent on.
  package enum Kind: String, Sendable, Hashable {
    /// A fine-tune.
    case training
    /// Losses of examples.
    case scoring
    /// A deployment that costs by the hour.
    case hosting
  }

  /// What it was spent on.
  package let kind: Kind
  /// Tokens paid for; 0 for hosting.
  package let tokens: Int
  /// US dollars, not negative.
  package let dollars: Double

  package init(_ kind: Kind, tokens: Int, dollars: Double) {
    self.kind = kind
    self.tokens = tokens
    self.dollars = dollars
  }
}

extension RunDatabase {
  /// Writes down, durably before it returns, that a resource exists; a known one changes nothing.
  ///
  /// - Parameter resource: The resource.
  /// - Throws: `StoreError`.
  package func add(_ resource: RemoteResource) throws(StoreError) {
    try change { connection throws(StoreError) in
      let insert = try connection.prepare(
        "INSERT OR IGNORE INTO resources (kind, id, job, host, added) VALUES (?1, ?2, ?3, ?4, ?5)"
      )
      try Self.bind(resource, insert)
      try insert.bind(Self.now(), at: 5)
      try insert.run()
    }
  }

  /// Writes down, durably before it returns, that a resource is gone.
  ///
  /// - Parameter resource: The resource; one that is not known changes nothing.
  /// - Throws: `StoreError`.
  package func remove(_ resource: RemoteResource) throws(StoreError) {
    try change { connection throws(StoreError) in
      let update = try connection.prepare(
        """
        UPDATE resources SET removed = ?5
        WHERE kind = ?1 AND id = ?2 AND job = ?3 AND host = ?4 AND removed IS NULL
        """
      )
      try Self.bind(resource, update)
      try update.bind(Self.now(), at: 5)
      try update.run()
    }
  }

  /// What exists still at hosts, oldest first.
  ///
  /// - Parameter job: Key of the training job it belongs to; `nil` for all.
  /// - Returns: The resources.
  /// - Throws: `StoreError`.
  package func resources(job: String?) throws(StoreError) -> [RemoteResource] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        """
        SELECT kind, id, job, host FROM resources
        WHERE removed IS NULL AND (?1 IS NULL OR job = ?1) ORDER BY number
        """
      )
      try select.bind(job, at: 1)
      var found: [RemoteResource] = []
      while try select.step() {
        guard let kind = RemoteResource.Kind(rawValue: select.text(0) ?? ""),
          let id = select.text(1), let job = select.text(2), let host = select.text(3)
        else { throw corrupt("a resource") }
        found.append(RemoteResource(kind, id: id, job: job, host: host))
      }
      return found
    }
  }

  /// Whether a resource was removed, and not added again since.
  ///
  /// - Parameter resource: The resource.
  /// - Returns: False also for one that was never known.
  /// - Throws: `StoreError`.
  package func isGone(_ resource: RemoteResource) throws(StoreError) -> Bool {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        """
        SELECT count(*) > 0 AND count(*) = count(removed) FROM resources
        WHERE kind = ?1 AND id = ?2 AND job = ?3 AND host = ?4
        """
      )
      try Self.bind(resource, select)
      return try select.step() && select.integer(0) == 1
    }
  }

  /// All money spent so far, by kind; empty when prices were never known.
  package func spending() throws(StoreError) -> [Spending] {
    try look { connection throws(StoreError) in try Self.spending(connection) }
  }

  /// All money spent so far on a connection that the caller has locked, on the models of a run or on all.
  static func spending(
    run: Int? = nil,
    _ connection: borrowing Connection
  ) throws(StoreError) -> [Spending] {
    let select = try connection.prepare(
      """
      SELECT kind, sum(tokens), total(dollars) FROM spending
      WHERE ?1 IS NULL OR model IN (SELECT model FROM drawn WHERE run = ?1)
      GROUP BY kind ORDER BY kind
      """
    )
    try select.bind(run, at: 1)
    var found: [Spending] = []
    while try select.step() {
      guard let kind = Spending.Kind(rawValue: select.text(0) ?? "") else { continue }
      found.append(Spending(kind, tokens: select.integer(1), dollars: select.double(2)))
    }
    return found
  }

  private static func bind(
    _ resource: RemoteResource,
    _ statement: borrowing Statement
  ) throws(StoreError) {
    try statement.bind(resource.kind.rawValue, at: 1)
    try statement.bind(resource.id, at: 2)
    try statement.bind(resource.job, at: 3)
    try statement.bind(resource.host, at: 4)
  }
}
