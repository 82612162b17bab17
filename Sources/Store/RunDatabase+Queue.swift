internal import Dispatch
internal import Experiment
internal import Glibc
import Synchronization

extension RunDatabase {
  /// Queues something to be written down and comes back at once.
  ///
  /// A thread of the store's own commits everything that is queued in one transaction, in the order
  /// of queueing: an entry that comes alone at once, others after at most `rest`, because a commit
  /// costs about the same for one entry as for fifty. Only when entries arrive faster than the disk
  /// takes them does the caller wait, writing along.
  ///
  /// - Parameter entry: What to write down.
  /// - Throws: `StoreError` of this or of an earlier entry; after it nothing is taken in any more.
  package func enqueue(_ entry: Entry) throws(StoreError) {
    switch try inbox.withLock({ inbox throws(StoreError) in try inbox.add(entry) }) {
    case .none: return
    case .schedule: queue.async { self.commitQueued() }
    case .write: try drain()
    }
  }

  /// Waits until everything that is queued is committed and on the disk.
  ///
  /// - Throws: `StoreError` of any entry queued so far.
  package func flush() throws(StoreError) {
    try drain()
    // Without this the queue might still hold the store, and with it the lock, after its last owner.
    queue.sync {}
  }

  private func commitQueued() {
    var commits = 0
    var log: Connection?
    repeat {
      // An error stays in the inbox and meets the next who queues or flushes.
      try? drain()
      commits += 1
      if commits % Self.commitsALog == 0 {
        // Through a connection of its own, so that others may write meanwhile. What hinders it, such
        // as a full disk, will meet the next commit.
        if log == nil { log = try? Connection(path: path, access: .write) }
        try? log?.execute("PRAGMA wal_checkpoint(PASSIVE)")
      }
      usleep(Self.rest)
    } while inbox.withLock { $0.hasMore() }
  }

  /// Commits after which the log is emptied.
  private static let commitsALog = 2

  /// Microseconds between two commits of the store's own thread.
  private static let rest: UInt32 = 20_000

  /// Commits everything that is queued; it is on the disk when this returns.
  func drain() throws(StoreError) {
    try connection.withLock { connection throws(StoreError) in
      if inbox.withLock({ $0.isEmpty }) { return }
      try writeQueued(connection) { _ throws(StoreError) in }
    }
  }

  /// Commits what is queued, and `body` with it, on a connection that the caller has locked.
  func writeQueued<Result: Sendable>(
    _ connection: borrowing Connection,
    and body: (borrowing Connection) throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    // Taken only under the connection's lock, so that order is kept whoever writes.
    let items = try inbox.withLock { inbox throws(StoreError) in try inbox.take() }
    let result: Result
    do {
      result = try connection.write { () throws(StoreError) in
        try Self.insert(items, connection)
        return try body(connection)
      }
    } catch {
      if !items.isEmpty { inbox.withLock { $0.failed(error) } }
      throw error
    }
    inbox.withLock { $0.committed(items) }
    return result
  }

  private static func insert(
    _ items: [Inbox.Item],
    _ connection: borrowing Connection
  ) throws(StoreError) {
    var tally = Tally()
    for item in items {
      switch item.entry {
      case .exchange(let exchange):
        try insert(exchange, isNew: item.isNew, connection)
      case .readings(let readings, let kind, let model, let spending):
        try insert(readings, kind, model: model, &tally, connection)
        if let spending { tally.add(spending, model: model) }
      case .spending(let spending, let model): tally.add(spending, model: model)
      case .answer(let act, let model):
        let clear = try connection.prepare("UPDATE models SET error = NULL WHERE number = ?1")
        try clear.bind(model, at: 1)
        try clear.run()
        try answer(act, outcome: "succeeded", connection)
      }
    }
    try tally.write(connection)
  }

  private static func insert(
    _ readings: [NumberedReading],
    _ kind: Act.Kind,
    model: Int,
    _ tally: inout Tally,
    _ connection: borrowing Connection
  ) throws(StoreError) {
    let insert =
      kind == .repeat
      ? try connection.kept(
        """
        INSERT INTO repeats (model, example, nll, censored, tokens, first, method)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """
      )
      : try connection.kept(
        """
        INSERT INTO prices (model, example, nll, censored, tokens, first, method)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
        """
      )
    let tokens = try connection.kept(
      "INSERT INTO logprobabilities (model, example, tokens) VALUES (?1, ?2, ?3)"
    )
    try insert.statement.bind(model, at: 1)
    for entry in readings {
      let reading = entry.reading
      let (nll, isBound): (Double?, Bool) =
        switch reading.loss {
        case .measured(let value) where value.isFinite: (value, false)
        case .censored(let bound) where bound.isFinite: (bound, true)
        default: (nil, false)
        }
      tally.count(kind, model: model, isMissing: nll == nil, isBound: isBound)
      try insert.statement.bind(entry.example, at: 2)
      try insert.statement.bind(nll, at: 3)
      try insert.statement.bind(isBound ? 1 : 0, at: 4)
      try insert.statement.bind(reading.tokens, at: 5)
      try insert.statement.bind(reading.loss(.firstToken)?.value, at: 6)
      try insert.statement.bind(try tally.number(ofMethod: reading.source, connection), at: 7)
      try insert.statement.run()
      guard kind == .reading, !reading.tokenLogProbabilities.isEmpty else { continue }
      try tokens.statement.bind(model, at: 1)
      try tokens.statement.bind(entry.example, at: 2)
      try tokens.statement.bind(bytes: reading.tokenLogProbabilities, at: 3)
      try tokens.statement.run()
    }
  }
}
