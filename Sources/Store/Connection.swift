internal import CSQLite
internal import Files
internal import Glibc

/// One open SQLite database.
///
/// Not safe to use by two threads at once: its owner keeps it in a `Mutex`.
// Unchecked: SQLite lets a NOMUTEX connection move between threads, and the mutex lets in only one.
struct Connection: ~Copyable, @unchecked Sendable {
  /// What the connection may do.
  enum Access {
    /// Read and write; the file is created when absent.
    case write
    /// Read a file that another process may be writing.
    case read
  }

  private let raw: OpaquePointer
  private let shelf = Kept()
  /// The database file.
  let path: String

  /// Opens a file; nothing is read from it yet.
  init(path: String, access: Access) throws(StoreError) {
    // SQLite would make it for everybody the umask lets in; its log and index take the file's mode.
    if access == .write { PrivateFile.create(path) }
    let flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE
      | (access == .write ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READONLY)
    try self.init(name: path, flags: flags, path: path)
  }

  /// Opens a file that nobody writes, in a folder that cannot be written.
  ///
  /// Even a reader of a WAL database makes a shared-memory file beside it. Where the folder forbids
  /// that, and no log is left to read, the file itself is all there is.
  init(immutable path: String) throws(StoreError) {
    let flags =
      SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE | SQLITE_OPEN_READONLY | SQLITE_OPEN_URI
    var name = "file:"
    let plain = UInt8(ascii: "-")...UInt8(ascii: "9")  // - . / and digits
    for byte in path.utf8 {
      let letter = UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20
      if letter || plain ~= byte {
        name.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        name += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    try self.init(name: name + "?immutable=1", flags: flags, path: path)
  }

  private init(name: String, flags: Int32, path: String) throws(StoreError) {
    var handle: OpaquePointer?
    let status = sqlite3_open_v2(name, &handle, flags, nil)
    guard status == SQLITE_OK, let handle else {
      let cause = String(cString: sqlite3_errstr(status))
      sqlite3_close_v2(handle)
      throw StoreError(
        code: StoreError.Code(sqlite: status),
        operation: .open,
        path: path,
        cause: cause
      )
    }
    raw = handle
    self.path = path
    sqlite3_busy_timeout(handle, 10_000)
  }

  // A statement may outlive its connection; close_v2 waits for it.
  deinit { sqlite3_close_v2(raw) }

  /// Whether the file could only be opened for reading.
  var isReadOnly: Bool { sqlite3_db_readonly(raw, "main") == 1 }

  /// Compiles one statement.
  func prepare(_ sql: StaticString) throws(StoreError) -> Statement {
    var statement: OpaquePointer?
    let status = sql.withUTF8Buffer { text in
      text.withMemoryRebound(to: CChar.self) {
        sqlite3_prepare_v2(raw, $0.baseAddress, Int32($0.count), &statement, nil)
      }
    }
    guard status == SQLITE_OK, let statement else { throw error(status, sql) }
    return Statement(statement, text: sql, path: path)
  }

  /// A statement that is compiled once and kept as long as the connection.
  ///
  /// Whoever steps it resets it, or the rows it holds keep the log from being emptied.
  func kept(_ sql: StaticString) throws(StoreError) -> KeptStatement {
    if let known = shelf.statements[sql.utf8Start] { return known }
    let statement = KeptStatement(try prepare(sql))
    shelf.statements[sql.utf8Start] = statement
    return statement
  }

  /// The kept statements by the place of their text, which is the same for the same literal.
  private final class Kept {
    var statements: [UnsafePointer<UInt8>: KeptStatement] = [:]
  }

  /// Runs one statement to its end, ignoring rows.
  func execute(_ sql: StaticString) throws(StoreError) {
    let statement = try prepare(sql)
    while try statement.step() {}
  }

  /// The whole number a statement gives first; 0 when it gives no row.
  func integer(_ sql: StaticString) throws(StoreError) -> Int {
    let statement = try prepare(sql)
    return try statement.step() ? statement.integer(0) : 0
  }

  /// Row id of the latest insertion.
  var lastInserted: Int64 { sqlite3_last_insert_rowid(raw) }

  /// Does all of `body` or nothing of it.
  func write<Result>(
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try enclose("BEGIN IMMEDIATE", body)
  }

  /// Runs `body` on one state of the file, whatever others write meanwhile.
  func snapshot<Result>(
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try enclose("BEGIN", body)
  }

  private func enclose<Result>(
    _ begin: StaticString,
    _ body: () throws(StoreError) -> Result
  ) throws(StoreError) -> Result {
    try kept(begin).statement.run()
    do {
      let result = try body()
      try kept("COMMIT").statement.run()
      return result
    } catch {
      // Some failures (disk full) have rolled back already; a second rollback is then refused.
      if sqlite3_get_autocommit(raw) == 0 { try? execute("ROLLBACK") }
      throw error
    }
  }

  private func error(_ status: Int32, _ sql: StaticString) -> StoreError {
    StoreError(
      code: StoreError.Code(sqlite: status),
      operation: .read,
      path: path,
      cause: String(cString: sqlite3_errmsg(raw)),
      statement: "\(sql)"
    )
  }
}

extension StoreError.Code {
  /// The code of one of SQLite's extended results.
  init(sqlite status: Int32) {
    self =
      switch status & 0xFF {
      case SQLITE_NOTADB: .foreign
      case SQLITE_READONLY, SQLITE_PERM: .readOnly
      case SQLITE_FULL: .full
      case SQLITE_CORRUPT: .corrupt
      default: .other(status)
      }
  }

  /// The code of a system call's error number.
  init(system number: Int32) {
    self =
      switch number {
      case ENOENT: .absent
      case EACCES, EROFS, EPERM: .readOnly
      case ENOSPC, EDQUOT: .full
      default: .other(number)
      }
  }
}
