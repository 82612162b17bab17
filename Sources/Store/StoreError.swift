/// Why a run's store could not be opened, read or written.
package struct StoreError: Error, Sendable, Hashable {
  /// What went wrong, for callers that act on it.
  package enum Code: Sendable, Hashable {
    /// There is no such file.
    case absent
    /// Another process writes to the store; its process id, if it could be read.
    case inUse(pid: Int32?)
    /// The file was written by a newer program.
    case newerSchema(found: Int, known: Int)
    /// The file was written by an older program and no writer has opened it since.
    case olderSchema(found: Int, known: Int)
    /// The file is not a database, or another program's database.
    case foreign
    /// The file holds no run yet.
    case empty
    /// The file or its folder cannot be written.
    case readOnly
    /// No space is left.
    case full
    /// The file contradicts itself.
    case corrupt
    /// Any other failure, with SQLite's or the system's own number.
    case other(Int32)
  }

  /// What was being done.
  package enum Operation: String, Sendable, Hashable {
    /// Opening the file or taking its lock.
    case open
    /// Reading from it.
    case read
    /// Writing to it.
    case write
  }

  /// What went wrong.
  package let code: Code
  /// What was being done.
  package let operation: Operation
  /// The store's file.
  package let path: String
  /// The cause in words: ours, SQLite's or the system's.
  package let cause: String
  /// SQL text without bound values, when a statement failed.
  package let statement: String?

  package init(
    code: Code,
    operation: Operation,
    path: String,
    cause: String,
    statement: String? = nil
  ) {
    self.code = code
    self.operation = operation
    self.path = path
    self.cause = cause
    self.statement = statement
  }

  /// The same error, met while the store was being opened.
  var whileOpening: StoreError {
    StoreError(code: code, operation: .open, path: path, cause: cause, statement: statement)
  }
}

extension StoreError: CustomStringConvertible {
  /// The error as one line for a person.
  package var description: String {
    "cannot \(operation.rawValue) run store '\(path)': \(cause)"
  }
}
