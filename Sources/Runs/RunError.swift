internal import Store

/// Why a run could not be planned, opened, read or continued.
public struct RunError: Error, Sendable, Hashable {
  /// What went wrong, for callers that act on it.
  public enum Code: Sendable, Hashable {
    /// The settings, the design and the corpus do not fit together or the provider.
    case settings
    /// The store holds another run.
    case anotherRun
    /// There is no such store.
    case storeAbsent
    /// Another process writes to the store; its process id, if known.
    case storeInUse(pid: Int32?)
    /// The store was written by a newer program.
    case storeNewer(found: Int, known: Int)
    /// The file is not a run store.
    case storeForeign
    /// The store holds no run yet.
    case storeEmpty
    /// The store holds no run of that name; the names of those it holds.
    case noSuchRun(known: [String])
    /// The store cannot be written.
    case storeReadOnly
    /// No space is left for the store.
    case storeFull
    /// The store contradicts itself.
    case storeCorrupt
    /// The store failed for another reason.
    case storeFailed
    /// A trainer or scorer broke its contract.
    case provider
    /// The next paid act would exceed the cap; the run resumes with a higher one.
    case budget
  }

  /// What went wrong.
  public let code: Code
  /// The error as one line for a person: what failed, the thing concerned, the cause.
  public let message: String

  /// Creates an error.
  ///
  /// - Parameters:
  ///   - code: What went wrong.
  ///   - message: One line for a person.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The public face of a store's error.
  init(_ error: StoreError) {
    let code: Code =
      switch error.code {
      case .absent: .storeAbsent
      case .inUse(let pid): .storeInUse(pid: pid)
      case .newerSchema(let found, let known): .storeNewer(found: found, known: known)
      case .foreign: .storeForeign
      case .empty: .storeEmpty
      case .readOnly: .storeReadOnly
      case .full: .storeFull
      case .corrupt: .storeCorrupt
      case .olderSchema, .other: .storeFailed
      }
    self.init(code, error.description)
  }
}

extension RunError: CustomStringConvertible {
  /// The message.
  public var description: String { message }
}

/// Does something with a store and gives its errors their public face.
func storing<Result>(
  _ body: () throws(StoreError) -> Result
) throws(RunError) -> Result {
  do { return try body() } catch { throw RunError(error) }
}
