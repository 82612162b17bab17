internal import CSQLite

/// One compiled SQL statement: bind, step, read, reset.
///
/// Positions count from 1 for parameters and from 0 for columns, as in SQLite.
struct Statement: ~Copyable {
  private let raw: OpaquePointer
  private let text: StaticString
  private let path: String

  /// Takes over a compiled statement.
  init(_ raw: OpaquePointer, text: StaticString, path: String) {
    self.raw = raw
    self.text = text
    self.path = path
  }

  deinit { sqlite3_finalize(raw) }

  /// Goes to the next row; false at the end.
  func step() throws(StoreError) -> Bool {
    switch sqlite3_step(raw) {
    case SQLITE_ROW: return true
    case SQLITE_DONE: return false
    case let status: throw error(status)
    }
  }

  /// Runs the statement once and makes it ready for the next values.
  func run() throws(StoreError) {
    let status = sqlite3_step(raw)
    let failure = status == SQLITE_DONE || status == SQLITE_ROW ? nil : error(status)
    sqlite3_reset(raw)
    if let failure { throw failure }
  }

  /// Makes the statement ready to run again; bound values stay.
  func reset() { sqlite3_reset(raw) }

  /// Binds a whole number, or NULL.
  func bind(_ value: Int?, at index: Int32) throws(StoreError) {
    try check(
      value.map { sqlite3_bind_int64(raw, index, Int64($0)) } ?? sqlite3_bind_null(raw, index)
    )
  }

  /// Binds a number bit for bit, or NULL; SQLite keeps neither NaN (NULL) nor the sign of zero.
  func bind(_ value: Double?, at index: Int32) throws(StoreError) {
    try check(value.map { sqlite3_bind_double(raw, index, $0) } ?? sqlite3_bind_null(raw, index))
  }

  /// Binds a text, NUL characters included, or NULL.
  func bind(_ value: String?, at index: Int32) throws(StoreError) {
    guard var value else { return try check(sqlite3_bind_null(raw, index)) }
    try check(
      value.withUTF8 { bytes in
        bytes.withMemoryRebound(to: CChar.self) { characters in
          // A null pointer would bind NULL instead of the empty text.
          guard let start = characters.baseAddress else {
            return sqlite3_bind_text(raw, index, "", 0, csqlite_transient())
          }
          return sqlite3_bind_text64(
            raw,
            index,
            start,
            UInt64(characters.count),
            csqlite_transient(),
            UInt8(SQLITE_UTF8)
          )
        }
      }
    )
  }

  /// Binds an array's bytes (little-endian on every platform Swift runs on), or NULL.
  func bind<Element: BitwiseCopyable>(bytes value: [Element]?, at index: Int32) throws(StoreError) {
    guard let value else { return try check(sqlite3_bind_null(raw, index)) }
    try check(
      value.withUnsafeBytes { bytes in
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
          return sqlite3_bind_zeroblob(raw, index, 0)
        }
        return sqlite3_bind_blob64(
          raw,
          index,
          start,
          UInt64(bytes.count),
          csqlite_transient()
        )
      }
    )
  }

  /// A column as a whole number; 0 when NULL.
  func integer(_ column: Int32) -> Int { Int(sqlite3_column_int64(raw, column)) }

  /// A column as a number; 0 when NULL.
  func double(_ column: Int32) -> Double { sqlite3_column_double(raw, column) }

  /// Whether a column is NULL.
  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(raw, column) == SQLITE_NULL }

  /// A column as text; `nil` when NULL, malformed UTF-8 repaired.
  func text(_ column: Int32) -> String? {
    guard let start = sqlite3_column_text(raw, column) else { return nil }
    let count = Int(sqlite3_column_bytes(raw, column))
    return String(decoding: UnsafeBufferPointer(start: start, count: count), as: UTF8.self)
  }

  /// A column's bytes as an array; `nil` when NULL or when the length does not fit the element.
  func array<Element: BitwiseCopyable>(_ column: Int32, of type: Element.Type) -> [Element]? {
    guard !isNull(column) else { return nil }
    let count = Int(sqlite3_column_bytes(raw, column))
    let size = MemoryLayout<Element>.size
    guard count % size == 0 else { return nil }
    guard let start = sqlite3_column_blob(raw, column) else { return [] }
    let bytes = UnsafeRawBufferPointer(start: start, count: count)
    return stride(from: 0, to: count, by: size).map {
      bytes.loadUnaligned(fromByteOffset: $0, as: type)
    }
  }

  private func check(_ status: Int32) throws(StoreError) {
    if status != SQLITE_OK { throw error(status) }
  }

  private func error(_ status: Int32) -> StoreError {
    StoreError(
      code: StoreError.Code(sqlite: status),
      operation: sqlite3_stmt_readonly(raw) != 0 ? .read : .write,
      path: path,
      cause: String(cString: sqlite3_errmsg(sqlite3_db_handle(raw))),
      statement: "\(text)"
    )
  }
}

/// A statement that its connection keeps.
final class KeptStatement {
  /// The statement.
  let statement: Statement

  /// Takes over a statement.
  init(_ statement: consuming Statement) { self.statement = statement }
}
