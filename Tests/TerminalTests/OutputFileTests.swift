import FoundationEssentials
import Terminal
import Testing

@Suite struct OutputFileTests {
  private let folder = FileManager.default.temporaryDirectory.path + "/" + UUID().uuidString

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  private func write(_ text: String, to path: String, finishing: Bool = true) throws {
    let file = try OutputFile(path: path)
    for byte in text.utf8 { try file.write([byte]) }
    try file.write([])
    if finishing { try file.finish() }
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: URL(filePath: path), encoding: .utf8)
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
  }

  @Test func `a file holds the bytes in order and nothing of an old one`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    for text in ["a longer text", "ab"] {
      try write(text, to: folder + "/x.txt")
      #expect(try self.text(folder + "/x.txt") == text)
    }
    #expect(try files() == ["x.txt"])
  }

  @Test func `a file that is not finished leaves what was there`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write("new", to: folder + "/x.txt", finishing: false)
    #expect(try files() == [])
    try write("old", to: folder + "/x.txt")
    try write("new", to: folder + "/x.txt", finishing: false)
    #expect(try text(folder + "/x.txt") == "old")
    #expect(try files() == ["x.txt"])
  }

  @Test func `a link stays, and so do the rights of what it leads to`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try write("old", to: folder + "/x.txt")
    let manager = FileManager.default
    try manager.setAttributes([.posixPermissions: 0o600], ofItemAtPath: folder + "/x.txt")
    try manager.createSymbolicLink(atPath: folder + "/y", withDestinationPath: folder + "/x.txt")
    try write("new", to: folder + "/y")
    #expect(try text(folder + "/x.txt") == "new")
    #expect(try manager.destinationOfSymbolicLink(atPath: folder + "/y") == folder + "/x.txt")
    let rights = try manager.attributesOfItem(atPath: folder + "/x.txt")[.posixPermissions]
    #expect(rights as? Int == 0o600)
  }

  @Test func `a place that cannot be written to is named with the system's words`() {
    let error = #expect(throws: ConsoleError.self) {
      try OutputFile(path: "/nonexistent/folder/x.csv")
    }
    #expect(error?.path == "/nonexistent/folder/x.csv")
    #expect(error?.message == "No such file or directory")
  }

  @Test func `a full disk is an error, not silence`() throws {
    let file = try OutputFile(path: "/dev/full")
    let error = #expect(throws: ConsoleError.self) { try file.write([1]) }
    #expect(error?.message == "No space left on device")
  }
}
