public import Experiment
internal import FoundationEssentials
internal import Store

/// A run's store, open for writing: the only writer there is.
///
/// It is opened before the run, because hosts are spoken to while a run is still being put together:
/// what they answered is kept here, and what was made there is written down here.
public final class RunStore: Archive, Ledger {
  /// The store's file.
  public let path: String
  /// Whether the file held no run when it was opened.
  public let isNew: Bool
  let database: RunDatabase

  /// Opens a store, made when absent, and keeps every other writer out while this value lives.
  ///
  /// - Parameter path: The store's file.
  /// - Throws: `RunError` when it cannot be written or is no store.
  public init(path: String) throws(RunError) {
    self.path = path
    let database = try storing { () throws(StoreError) in try RunDatabase.writer(path: path) }
    self.database = database
    isNew = try storing { () throws(StoreError) in try !database.hasRun() }
  }

  /// The n-th reply kept for a request, by this process or an earlier one.
  public func exchange(_ key: String, occurrence: Int) throws -> Exchange? {
    try storing { () throws(StoreError) in try database.exchange(key, occurrence: occurrence) }
  }

  /// Queues an exchange; it is committed before everything that is recorded later.
  public func keep(_ exchange: Exchange) throws {
    try storing { () throws(StoreError) in try database.enqueue(.exchange(exchange)) }
  }

  /// Writes down that a resource exists, on the disk before this returns.
  public func add(_ resource: RemoteResource) throws {
    try storing { () throws(StoreError) in try database.add(resource) }
  }

  /// Writes down that a resource is gone, on the disk before this returns.
  public func remove(_ resource: RemoteResource) throws {
    try storing { () throws(StoreError) in try database.remove(resource) }
  }

  /// What exists still, oldest first; of one training job, or of all for `nil`.
  public func resources(job: String?) throws -> [RemoteResource] {
    try storing { () throws(StoreError) in try database.resources(job: job) }
  }

  /// Whether a resource was written down as gone, and not as existing since.
  public func isGone(_ resource: RemoteResource) throws -> Bool {
    try storing { () throws(StoreError) in try database.isGone(resource) }
  }

  /// Lets other processes know what this one waits for, until it says something else or ends.
  public func tell(_ waits: [Wait]) {
    // The first ones are enough for anybody, and a line has its limits.
    guard let line = try? JSONEncoder().encode(Array(waits.prefix(20))), line.count < 60_000 else {
      return
    }
    database.leave(Array(line))
  }

  /// What the process that writes to a store is waiting for; nothing when there is none.
  ///
  /// - Parameter path: The store's file.
  /// - Returns: The waits, trouble first.
  static func waits(path: String) -> [Wait] {
    (try? JSONDecoder().decode([Wait].self, from: Data(RunDatabase.line(path: path)))) ?? []
  }

  /// Waits until everything that was kept is on the disk.
  ///
  /// A run does so itself when it ends.
  /// - Throws: `RunError` of anything kept so far.
  public func flush() throws(RunError) {
    try storing { () throws(StoreError) in try database.flush() }
  }
}
