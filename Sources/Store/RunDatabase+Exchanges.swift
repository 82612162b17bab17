package import Experiment
internal import FoundationEssentials
import Synchronization

extension RunDatabase {
  /// The n-th exchange kept for a key, queued ones included.
  ///
  /// It reads beside the writer's connection, so that it never waits for a commit unless the key itself is queued.
  ///
  /// - Parameters:
  ///   - key: Digest of the request.
  ///   - occurrence: 0 for the first.
  /// - Returns: The exchange, or `nil` when there is none.
  /// - Throws: `StoreError`.
  package func exchange(_ key: String, occurrence: Int) throws(StoreError) -> Exchange? {
    if isWriter {
      switch inbox.withLock({ $0.place(of: key) }) {
      case .nowhere: return nil
      case .queued: try drain()
      case .file: break
      }
    }
    return try lookups.withLock { connection throws(StoreError) in
      let select = try connection.kept(
        """
        SELECT id, key, method, url, status, asked, took, fields, request, body FROM exchanges
        WHERE id >> 12 = ?1 AND hash = ?2 AND key = ?3 AND occurrence = ?4
        """
      )
      defer { select.statement.reset() }
      try select.statement.bind(KeyFilter.hash(key), at: 2)
      try select.statement.bind(key, at: 3)
      try select.statement.bind(occurrence, at: 4)
      // Replies are mostly asked for in the order they came in.
      let stretches = try Self.stretches(connection)
      let first = stretch.load(ordering: .relaxed)
      for offset in 0..<stretches {
        let place = (first + offset) % stretches
        try select.statement.bind(place, at: 1)
        if try select.statement.step() {
          stretch.store(place, ordering: .relaxed)
          return try exchange(select.statement)
        }
        select.statement.reset()
      }
      return nil
    }
  }

  /// How many stretches of 4,096 exchanges the index has.
  private static func stretches(_ connection: borrowing Connection) throws(StoreError) -> Int {
    let select = try connection.kept("SELECT (max(id) >> 12) + 1 FROM exchanges")
    defer { select.statement.reset() }
    return try select.statement.step() ? select.statement.integer(0) : 0
  }

  /// Learns which keys the file holds, once, before the first look-up.
  func learnKeys() throws(StoreError) {
    try lookups.withLock { connection throws(StoreError) in
      let select = try connection.prepare("SELECT hash FROM exchanges")
      while try select.step() {
        let hash = select.integer(0)
        inbox.withLock { $0.know(hash) }
      }
    }
  }

  /// The exchanges that follow one, in the order they were kept.
  ///
  /// - Parameters:
  ///   - id: Number of the exchange before them; 0 for the beginning.
  ///   - limit: How many at most.
  /// - Returns: Exchanges with their numbers; none at the end.
  /// - Throws: `StoreError`.
  package func exchanges(
    after id: Int64,
    limit: Int
  ) throws(StoreError) -> [(id: Int64, exchange: Exchange)] {
    try look { connection throws(StoreError) in
      let select = try connection.prepare(
        """
        SELECT id, key, method, url, status, asked, took, fields, request, body FROM exchanges
        WHERE id > ?1 ORDER BY id LIMIT ?2
        """
      )
      try select.bind(Int(id), at: 1)
      try select.bind(limit, at: 2)
      var found: [(id: Int64, exchange: Exchange)] = []
      while try select.step() {
        found.append((id: Int64(select.integer(0)), exchange: try exchange(select)))
      }
      return found
    }
  }

  /// How many exchanges are kept.
  package func exchangeCount() throws(StoreError) -> Int {
    try look { connection throws(StoreError) in
      try connection.integer("SELECT count(*) FROM exchanges")
    }
  }

  /// Adds an exchange as the next occurrence of its key, which is the first if it is new.
  static func insert(
    _ exchange: Exchange,
    isNew: Bool,
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let occurrence = isNew ? 0 : try occurrences(of: exchange.key, connection)
    let insert = try connection.kept(
      """
      INSERT INTO exchanges
        (hash, key, occurrence, method, url, status, asked, took, fields, request, body)
      VALUES (?1, ?2, ?11, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
      """
    )
    try insert.statement.bind(KeyFilter.hash(exchange.key), at: 1)
    try insert.statement.bind(exchange.key, at: 2)
    try insert.statement.bind(exchange.method, at: 3)
    try insert.statement.bind(exchange.url, at: 4)
    try insert.statement.bind(exchange.status, at: 5)
    try insert.statement.bind(exchange.asked, at: 6)
    try insert.statement.bind(exchange.took, at: 7)
    try insert.statement.bind(String(decoding: exchange.fieldsJSON, as: UTF8.self), at: 8)
    try insert.statement.bind(bytes: exchange.request, at: 9)
    try insert.statement.bind(bytes: exchange.body, at: 10)
    try insert.statement.bind(occurrence, at: 11)
    try insert.statement.run()
  }

  /// How often a key was kept.
  private static func occurrences(
    of key: String,
    _ connection: borrowing Connection
  ) throws(StoreError) -> Int {
    let select = try connection.kept(
      """
      SELECT occurrence + 1 FROM exchanges WHERE id >> 12 = ?1 AND hash = ?2 AND key = ?3
      ORDER BY occurrence DESC LIMIT 1
      """
    )
    defer { select.statement.reset() }
    try select.statement.bind(KeyFilter.hash(key), at: 2)
    try select.statement.bind(key, at: 3)
    for stretch in (0..<(try stretches(connection))).reversed() {
      try select.statement.bind(stretch, at: 1)
      if try select.statement.step() { return select.statement.integer(0) }
      select.statement.reset()
    }
    return 0
  }

  private func exchange(_ row: borrowing Statement) throws(StoreError) -> Exchange {
    guard let key = row.text(1), let method = row.text(2), let url = row.text(3),
      let fields = decoded([Exchange.Field].self, row.text(7)),
      let request = row.array(8, of: UInt8.self), let body = row.array(9, of: UInt8.self)
    else { throw corrupt("exchange \(row.integer(0))") }
    return Exchange(
      key: key,
      method: method,
      url: url,
      request: request,
      status: row.integer(4),
      fields: fields,
      body: body,
      asked: row.integer(5),
      took: row.integer(6)
    )
  }
}

extension Exchange {
  /// The header fields as a JSON array.
  ///
  /// It is written by hand, since an encoder takes longer than the whole insertion.
  package var fieldsJSON: [UInt8] {
    var bytes: [UInt8] = [UInt8(ascii: "[")]
    for field in fields {
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: "{\"name\":".utf8)
      JSONText.append(field.name, to: &bytes)
      bytes.append(contentsOf: ",\"value\":".utf8)
      JSONText.append(field.value, to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: "]"))
    return bytes
  }
}
