internal import Dispatch
internal import Glibc
import Synchronization

/// One run's store: a single SQLite file that is the run's whole memory.
///
/// Write-ahead logging lets readers look while a run writes. Losses and recorded replies are queued
/// and committed in groups by a thread of the store's own (`enqueue`); everything else is one
/// transaction that waits for the disk (`synchronous=FULL`) and takes all that was queued before it
/// along, so the order of the file is the order of the calls. A killed process or a power cut loses
/// at most what is queued: what arrived within a commit and the 20 ms before it.
package final class RunDatabase: Sendable {
  /// The store's file.
  package let path: String
  /// A second connection that reads beside the first.
  // Declared, and so closed, before the first: whichever is last empties and removes the log, which
  // one that only reads cannot.
  let lookups: Mutex<Connection>
  /// Where in the index the latest look-up found something.
  let stretch = Atomic(0)
  let connection: Mutex<Connection>
  /// What is to be committed next.
  let inbox = Mutex(Inbox())
  /// Where it is committed.
  let queue = DispatchQueue(label: "daunce.store")
  /// Whether it was opened for writing.
  let isWriter: Bool
  private let lock: WriterLock?

  private init(
    _ connection: consuming sending Connection,
    lookups: consuming sending Connection,
    lock: consuming WriterLock?
  ) {
    isWriter = lock != nil
    path = connection.path
    self.connection = Mutex(connection)
    self.lookups = Mutex(lookups)
    self.lock = lock
  }

  /// Opens a store for writing and keeps every other writer out; a new file is made when absent.
  ///
  /// - Parameter path: The store's file.
  /// - Returns: The store, migrated to this program's schema.
  /// - Throws: `StoreError`; a file that is not a run store is left untouched.
  package static func writer(path: String) throws(StoreError) -> RunDatabase {
    let lock = try WriterLock(store: path)
    let connection = try Connection(path: path, access: .write)
    do throws(StoreError) {
      let state = try Schema.inspect(connection)
      guard !connection.isReadOnly else {
        throw StoreError(
          code: .readOnly,
          operation: .open,
          path: path,
          cause: "the file cannot be written"
        )
      }
      // Replies of a few kilobytes fill large pages better, and their index, which is written at
      // random places, dirties fewer of them; a file that has pages keeps their size.
      try connection.execute("PRAGMA page_size = 16384")
      try connection.execute("PRAGMA journal_mode = WAL")
      // The store's own thread empties the log long before that, without the writer's lock.
      try connection.execute("PRAGMA wal_autocheckpoint = 8000")
      try connection.execute("PRAGMA cache_size = -8000")
      try connection.execute("PRAGMA synchronous = FULL")
      try connection.execute("PRAGMA foreign_keys = ON")
      try Schema.migrate(connection, from: state)
    } catch {
      throw error.whileOpening
    }
    let lookups = try Connection(path: path, access: .read)
    let database = RunDatabase(connection, lookups: lookups, lock: lock)
    try database.learnKeys()
    return database
  }

  /// Opens a store for reading, whether or not a run is writing to it.
  ///
  /// - Parameter path: The store's file.
  /// - Returns: The store.
  /// - Throws: `StoreError`.
  package static func reader(path: String) throws(StoreError) -> RunDatabase {
    guard access(path, R_OK) == 0 else {
      throw StoreError(
        code: StoreError.Code(system: errno),
        operation: .open,
        path: path,
        cause: String(cString: strerror(errno))
      )
    }
    let connection = try Connection(path: path, access: .read)
    do throws(StoreError) {
      try requireStore(connection)
    } catch  where access(path + "-wal", F_OK) != 0 && StoreError.Code.isUnopened(error.code) {
      let still = try Connection(immutable: path)
      try requireStore(still)
      return RunDatabase(still, lookups: try Connection(immutable: path), lock: nil)
    } catch {
      throw error.whileOpening
    }
    return RunDatabase(
      connection,
      lookups: try Connection(path: path, access: .read),
      lock: nil
    )
  }

  /// Whether some process has a store open for writing now.
  package static func isBeingWritten(path: String) -> Bool { WriterLock.isHeld(store: path) }

  /// Leaves a line for other processes, for as long as this one has the store open for writing.
  ///
  /// - Parameter line: The line, without a line break; at most 60 kB.
  package func leave(_ line: [UInt8]) { lock?.leave(line) }

  /// The line that the process which writes to a store has left; empty when there is none.
  package static func line(path: String) -> [UInt8] { WriterLock.line(store: path) }

  private static func requireStore(_ connection: borrowing Connection) throws(StoreError) {
    switch try Schema.inspect(connection) {
    case .store(let version) where Schema.readable.contains(version):
      try connection.execute("PRAGMA temp_store = MEMORY")
      for statement in Schema.standIns(for: version) { try connection.execute(statement) }
    case .store(let version):
      throw StoreError(
        code: .olderSchema(found: version, known: Schema.version),
        operation: .open,
        path: connection.path,
        cause: "schema \(version) is older than this program's \(Schema.version) and is brought up"
          + " to date by the next run"
      )
    case .blank:
      throw StoreError(
        code: .empty,
        operation: .open,
        path: connection.path,
        cause: "it holds no run yet"
      )
    }
  }

  /// Milliseconds since 1970.
  static func now() -> Int {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
  }
}

extension StoreError.Code {
  /// Whether SQLite could not even begin: what a WAL file in a folder without write access gives.
  fileprivate static func isUnopened(_ code: StoreError.Code) -> Bool {
    switch code {
    case .readOnly: true
    case .other(let status): status & 0xFF == 14  // SQLITE_CANTOPEN
    default: false
    }
  }
}
