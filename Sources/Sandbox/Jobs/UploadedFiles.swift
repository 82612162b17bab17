import Experiment
import FoundationEssentials
import Synchronization

/// An uploaded file.
struct FileRecord: Codable, Sendable, Hashable {
  let id: String
  /// Position in the order of uploading, from 1.
  let number: Int
  let bytes: Int
  /// Seconds since 1970.
  let createdAt: Int
  let filename: String
  let purpose: String
  var isDeleted = false

  /// As the API shows it.
  var tree: JSONValue {
    [
      "id": .string(id), "object": "file", "bytes": .integer(bytes),
      "created_at": .integer(createdAt),
      "expires_at": nil, "filename": .string(filename), "purpose": .string(purpose),
      "status": "processed", "status_details": nil,
    ]
  }
}

/// The uploaded files.
final class UploadedFiles: Sendable {
  private let folder: StateFolder
  private let records: Mutex<[FileRecord]>

  /// Takes up what an earlier server left in the folder.
  init(_ folder: StateFolder) throws(SandboxError) {
    self.folder = folder
    let known: [FileRecord] = try folder.all("files")
    records = Mutex(known.sorted { $0.number < $1.number })
  }

  /// Files that were not deleted, oldest first.
  var all: [FileRecord] { records.withLock { $0.filter { !$0.isDeleted } } }

  /// The file of that id.
  func file(_ id: String) throws(APIError) -> FileRecord {
    guard let record = records.withLock({ $0.first { $0.id == id && !$0.isDeleted } }) else {
      throw APIError(404, "No such File object: \(id)", parameter: "id")
    }
    return record
  }

  /// What the file holds.
  func content(of id: String) throws(APIError) -> [UInt8] {
    guard let content = folder.content(of: try file(id).id) else {
      throw APIError(500, "the contents of '\(id)' are gone")
    }
    return content
  }

  /// Keeps a new file.
  func add(_ content: [UInt8], filename: String, purpose: String) throws -> FileRecord {
    try records.withLock { records in
      let number = (records.last?.number ?? 0) + 1
      let record = FileRecord(
        id: "file-" + shortID("file", number, digits: 24),
        number: number,
        bytes: content.count,
        createdAt: secondsSince1970(),
        filename: filename,
        purpose: purpose
      )
      try folder.write(content: content, of: record.id)
      try folder.write(record, "files", record.id)
      records.append(record)
      return record
    }
  }

  /// Removes a file; its record stays, so that its id is never given again.
  func remove(_ id: String) throws {
    _ = try file(id)
    try records.withLock { records in
      guard let index = records.firstIndex(where: { $0.id == id }) else { return }
      records[index].isDeleted = true
      try folder.write(records[index], "files", id)
    }
    folder.removeContent(of: id)
  }
}

/// An id that looks like a host's: the same for the same kind and number, and never for another.
func shortID(_ kind: String, _ number: Int, digits: Int) -> String {
  // Odd factors and shifted copies lose nothing: different numbers keep different last digits.
  var bits = UInt32(truncatingIfNeeded: number) &* 0x9E37_79B1
  bits = (bits ^ bits >> 15) &* 0x85EB_CA77
  bits ^= bits >> 13
  var digest = Digest()
  digest.update("\(kind) \(bits)")
  let ending = String(bits, radix: 16)
  let padding = String(repeating: "0", count: 8 - ending.count)
  return digest.description.suffix(max(0, digits - 8)) + padding + ending
}

/// The time of the clock on the wall, in whole seconds.
func secondsSince1970() -> Int { Int(Date().timeIntervalSince1970) }
