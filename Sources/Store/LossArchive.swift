import Synchronization

/// Losses of models that cost nothing but time, all of one model in a row under its key: one SQLite file.
///
/// A killed process loses nothing that was kept; a power cut may lose the last rows, whose models are then
/// made again. Files of earlier versions are opened and keep their rows, but those have keys of another
/// encoding, which no model has any more: their models are made again, and never taken for others.
package final class LossArchive: Sendable {
  /// "DAUL" in ASCII.
  private static let application = 0x4441_554C

  /// The archive's file.
  package let path: String
  private let connection: Mutex<Connection>
  private let lock: WriterLock

  /// Opens an archive for writing and keeps every other writer out; a new file is made when absent.
  ///
  /// - Parameter path: The archive's file.
  /// - Throws: `StoreError`; a file that is not an archive is left untouched.
  package init(path: String) throws(StoreError) {
    let lock = try WriterLock(store: path)
    let connection = try Connection(path: path, access: .write)
    do throws(StoreError) {
      let found = try connection.integer("PRAGMA application_id")
      let tables = try connection.integer("SELECT count(*) FROM sqlite_schema")
      guard found == Self.application || found == 0 && tables == 0 else {
        throw StoreError(
          code: .foreign,
          operation: .open,
          path: path,
          cause: "it is not an archive of the validation lab"
        )
      }
      guard !connection.isReadOnly else {
        throw StoreError(
          code: .readOnly,
          operation: .open,
          path: path,
          cause: "the file cannot be written"
        )
      }
      try connection.execute("PRAGMA journal_mode = WAL")
      try connection.execute("PRAGMA synchronous = NORMAL")
      try connection.execute("PRAGMA application_id = 0x4441554C")
      try connection.execute(
        """
        CREATE TABLE IF NOT EXISTS results (
          key TEXT PRIMARY KEY,
          losses BLOB NOT NULL,
          seconds REAL NOT NULL
        ) STRICT
        """
      )
    } catch {
      throw error.whileOpening
    }
    self.path = path
    self.lock = lock
    self.connection = Mutex(connection)
  }

  /// What was kept of a model.
  ///
  /// - Parameter key: The model's key.
  /// - Returns: Its losses, and the seconds it took; `nil` when there is nothing.
  /// - Throws: `StoreError`.
  package func row(
    of key: String
  ) throws(StoreError) -> (losses: [Double], seconds: Double)? {
    try connection.withLock { connection throws(StoreError) in
      let select = try connection.prepare("SELECT losses, seconds FROM results WHERE key = ?1")
      try select.bind(key, at: 1)
      guard try select.step(), let losses = select.array(0, of: Double.self) else { return nil }
      return (losses, select.double(1))
    }
  }

  /// Keeps the losses of a model; a row that is there already stays.
  ///
  /// - Parameters:
  ///   - losses: Its losses.
  ///   - seconds: The seconds it took.
  ///   - key: The model's key.
  /// - Throws: `StoreError`.
  package func keep(
    losses: [Double],
    seconds: Double,
    of key: String
  ) throws(StoreError) {
    try connection.withLock { connection throws(StoreError) in
      let insert = try connection.prepare(
        "INSERT OR IGNORE INTO results (key, losses, seconds) VALUES (?1, ?2, ?3)"
      )
      try insert.bind(key, at: 1)
      try insert.bind(bytes: losses, at: 2)
      try insert.bind(seconds, at: 3)
      try insert.run()
    }
  }
}
