import Files
import FoundationEssentials

/// The sandbox's folder: small JSON documents by kind and id, and files' contents.
struct StateFolder: Sendable {
  let path: String
  /// Whether the folder was made for this server alone and goes away with it.
  let isTemporary: Bool

  /// Opens or makes a folder; a temporary one for `nil`.
  init(_ path: String?) throws(SandboxError) {
    isTemporary = path == nil
    self.path =
      path
      ?? FileManager.default.temporaryDirectory
      .appending(path: "daunce-sandbox-\(UUID().uuidString)").path
    do {
      for kind in ["files", "jobs"] {
        try PrivateFile.makeFolder("\(self.path)/\(kind)")
      }
    } catch {
      throw SandboxError(.folder, "cannot make the sandbox's folder '\(self.path)': \(error)")
    }
  }

  /// Every document of a kind, in no particular order.
  func all<Document: Decodable>(_ kind: String) throws(SandboxError) -> [Document] {
    do {
      return try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(kind)")
        .filter { $0.hasSuffix(".json") }
        .map { name in
          let data = try Data(contentsOf: URL(filePath: "\(path)/\(kind)/\(name)"))
          return try JSONDecoder().decode(Document.self, from: data)
        }
    } catch {
      throw SandboxError(.folder, "cannot read the sandbox's folder '\(path)/\(kind)': \(error)")
    }
  }

  /// Writes a document so that a crash leaves either the old one or the new one.
  func write(_ document: some Encodable, _ kind: String, _ id: String) throws {
    let data = try JSONEncoder().encode(document)
    try PrivateFile.write(Array(data), to: "\(path)/\(kind)/\(id).json")
  }

  /// Writes a file's contents.
  func write(content: [UInt8], of id: String) throws {
    try PrivateFile.write(content, to: url(content: id).path)
  }

  /// A file's contents; `nil` when it is not there.
  func content(of id: String) -> [UInt8]? {
    (try? Data(contentsOf: url(content: id))).map { [UInt8]($0) }
  }

  /// Removes a file's contents.
  func removeContent(of id: String) { try? FileManager.default.removeItem(at: url(content: id)) }

  private func url(content id: String) -> URL { URL(filePath: "\(path)/files/\(id).data") }

  /// Refuses a folder whose models another reference model made.
  func claim(fingerprint: String) throws(SandboxError) {
    let path = "\(path)/fingerprint"
    if let known = try? String(contentsOfFile: path, encoding: .utf8) {
      guard known == fingerprint else {
        throw SandboxError(
          .foreign,
          "the sandbox's folder '\(self.path)' holds models of another vocabulary, shape or seed"
        )
      }
      return
    }
    do {
      try PrivateFile.write(Array(fingerprint.utf8), to: path)
    } catch {
      throw SandboxError(.folder, "cannot write to the sandbox's folder '\(self.path)': \(error)")
    }
  }

  /// Removes a temporary folder.
  func discard() {
    if isTemporary { try? FileManager.default.removeItem(atPath: path) }
  }
}
