public import Experiment
internal import FoundationEssentials
internal import Store

/// What hosts answered in an earlier run, to be answered again without asking them.
///
/// It is read from an exported recording, one JSON line an exchange, or straight from a run's store.
/// The replies stay in the file; only where they are is held in memory.
public final class Recording: Archive {
  private enum Source: Sendable {
    /// A mapped file, and the place of each key's lines in it, in order.
    case lines(Data, [String: [Range<Int>]])
    case store(RunDatabase)
  }

  /// The file.
  public let path: String
  private let source: Source

  /// Opens a recording and reads it through once.
  ///
  /// - Parameter path: An exported recording or a run's store.
  /// - Throws: `RunError` naming the first line that is not an exchange, or what is wrong with
  ///   the store.
  public init(path: String) throws(RunError) {
    self.path = path
    let data: Data
    do {
      data = try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe)
    } catch {
      let isAbsent = !FileManager.default.fileExists(atPath: path)
      throw RunError(
        isAbsent ? .storeAbsent : .storeFailed,
        "cannot open recording '\(path)': "
          + (isAbsent ? "there is no such file" : "it cannot be read")
      )
    }
    let isStore = data.starts(with: "SQLite format 3\0".utf8)
    if !isStore, let foreign = ForeignFile(notText: data, file: path) {
      throw RunError(
        .storeForeign,
        "cannot open recording '\(path)': it is \(foreign.reason); \(foreign.hint)"
      )
    }
    if isStore {
      source = .store(
        try storing { () throws(StoreError) in try RunDatabase.reader(path: path) }
      )
    } else {
      source = .lines(data, try Self.index(data, path: path))
    }
  }

  /// The n-th reply recorded for a request.
  public func exchange(_ key: String, occurrence: Int) throws -> Exchange? {
    switch source {
    case .store(let database):
      return try storing { () throws(StoreError) in
        try database.exchange(key, occurrence: occurrence)
      }
    case .lines(let data, let index):
      guard let places = index[key], places.indices.contains(occurrence) else { return nil }
      return ExchangeLine.read(data[places[occurrence]])
    }
  }

  /// The first exchanges of the recording.
  public func exchanges(limit: Int) throws -> [Exchange] {
    switch source {
    case .store(let database):
      return try storing { () throws(StoreError) in
        try database.exchanges(after: 0, limit: limit).map(\.exchange)
      }
    case .lines(let data, let index):
      return index.values.joined().sorted { $0.lowerBound < $1.lowerBound }.prefix(limit)
        .compactMap { ExchangeLine.read(data[$0]) }
    }
  }

  /// Refuses: a recording is only read.
  public func keep(_ exchange: Exchange) throws {
    throw RunError(.storeReadOnly, "cannot add to recording '\(path)': it is only read")
  }

  private static func index(
    _ data: Data,
    path: String
  ) throws(RunError) -> [String: [Range<Int>]] {
    var index: [String: [Range<Int>]] = [:]
    var number = 0
    var rest = data
    while !rest.isEmpty {
      let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
      let line = rest[rest.startIndex..<end]
      rest = rest[end...].dropFirst()
      number += 1
      if line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) { continue }
      guard let exchange = ExchangeLine.read(line) else {
        throw RunError(
          .storeForeign,
          "cannot open recording '\(path)': line \(number) is not a recorded exchange"
        )
      }
      index[exchange.key, default: []].append(line.startIndex..<line.endIndex)
    }
    return index
  }
}

extension RunRecord {
  /// Exports the recorded exchanges as lines that `Recording` reads, in the order they were kept.
  ///
  /// - Parameter write: Given one line with its end after another.
  /// - Throws: `RunError` of the store; what `write` throws.
  public func exportRecording(to write: ([UInt8]) throws -> Void) throws {
    var last: Int64 = 0
    while true {
      let page = try storing { () throws(StoreError) in
        try database.exchanges(after: last, limit: 64)
      }
      guard let end = page.last?.id else { return }
      for (_, exchange) in page { try write(ExchangeLine.write(exchange)) }
      last = end
    }
  }
}
