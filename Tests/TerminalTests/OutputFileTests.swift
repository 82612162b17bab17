import FoundationEssentials
import Terminal
import Testing

@Suite struct OutputFileTests {
  @Test func `a file holds the bytes in order, and an old one is emptied first`() throws {
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).txt"
    defer { try? FileManager.default.removeItem(atPath: path) }
    for text in ["a longer text", "ab"] {
      let file = try OutputFile(path: path)
      for byte in text.utf8 { try file.write([byte]) }
      try file.write([])
      #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == text)
    }
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
