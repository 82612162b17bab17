import Experiment
import Files
import FoundationEssentials
import Store
import TestSupport
import Testing

@Suite struct `a store's files` {
  @Test func `are for their owner alone, and keep a mode that they have`() throws {
    let folder = try TemporaryFolder()
    func mode(_ name: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: folder.path(name))[.posixPermissions] as? Int
    }
    try FileManager.default.removeItem(atPath: folder.path(""))
    try PrivateFile.makeFolder(folder.path(""))
    do {
      let store = try RunDatabase.writer(path: folder.path("run.db"))
      for name in ["run.db", "run.db-wal", "run.db-shm", "run.db.lock"] {
        #expect(try mode(name) == 0o600, "\(name)")
      }
      _ = store
    }
    let path = folder.path("run.db")
    try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: path)
    let again = try RunDatabase.writer(path: path)
    #expect(try mode("run.db") == 0o644 && mode("run.db-wal") == 0o644)
    _ = again
    _ = try LossArchive(path: folder.path("x.lab.db"))
    #expect(try mode("x.lab.db") == 0o600)
  }
}
