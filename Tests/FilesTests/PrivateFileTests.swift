import Files
import Foundation
import Testing

@Suite struct `private files` {
  private let folder = FileManager.default.temporaryDirectory.path + "/daunce-" + UUID().uuidString

  private func mode(_ path: String) throws -> Int? {
    try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
  }

  @Test func `are for their owner alone, folders above them included`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try PrivateFile.makeFolder(folder + "/a/b")
    try PrivateFile.makeFolder(folder + "/a/b/")
    try PrivateFile.write([1, 2], to: folder + "/a/b/x")
    #expect(PrivateFile.create(folder + "/a/y"))
    for path in ["", "/a", "/a/b"] { #expect(try mode(folder + path) == 0o700) }
    for path in ["/a/b/x", "/a/y"] { #expect(try mode(folder + path) == 0o600) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/a/b") == ["x"])
  }

  @Test func `keep the mode that an existing one has`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let file = folder + "/x"
    try Data([1]).write(to: URL(fileURLWithPath: file))
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
    try FileManager.default.setAttributes([.posixPermissions: 0o750], ofItemAtPath: folder)
    try PrivateFile.makeFolder(folder)
    #expect(!PrivateFile.create(file))
    try PrivateFile.write([7, 8, 9], to: file)
    #expect(try mode(file) == 0o640 && mode(folder) == 0o750)
    #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == Data([7, 8, 9]))
  }

  @Test func `that cannot be written leave nothing behind`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try PrivateFile.makeFolder(folder + "/taken")
    let fault = #expect(throws: PrivateFile.Fault.self) {
      try PrivateFile.write([1], to: folder + "/taken")
    }
    #expect(fault?.description == "Is a directory")
    #expect(throws: PrivateFile.Fault.self) { try PrivateFile.makeFolder("/dev/null/x") }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["taken"])
  }
}
