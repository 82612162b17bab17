import CSQLite
import FoundationEssentials
import Glibc
import Experiment
import TestSupport
import Testing

@testable import Store

struct LossArchiveTests {
  @Test
  func `a result is found under its key, to the last bit, and no other is`() throws {
    let folder = try TemporaryFolder()
    let archive = try LossArchive(path: folder.path("lab.db"))
    let losses = [0.1, -0.0, .leastNonzeroMagnitude, 1e300, 0]
    try archive.keep(losses: losses, seconds: 0.25, of: "a")
    let found = try #require(try archive.row(of: "a"))
    #expect(found.losses.map(\.bitPattern) == losses.map(\.bitPattern))
    #expect(found.seconds == 0.25)
    #expect(try archive.row(of: "b") == nil)
    #expect(try archive.row(of: "A") == nil)
    #expect(archive.path == folder.path("lab.db"))
  }

  @Test
  func `a result that is there already stays`() throws {
    let folder = try TemporaryFolder()
    let archive = try LossArchive(path: folder.path("lab.db"))
    try archive.keep(losses: [1, 2], seconds: 3, of: "a")
    try archive.keep(losses: [4], seconds: 5, of: "a")
    #expect(try archive.row(of: "a")?.losses == [1, 2])
    #expect(try archive.row(of: "a")?.seconds == 3)
  }

  @Test
  func `a second writer is refused and told who writes`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    do {
      let first = try LossArchive(path: path)
      #expect(refusal(path)?.code == .inUse(pid: getpid()))
      try first.keep(losses: [1], seconds: 0, of: "a")
    }
    #expect(try LossArchive(path: path).row(of: "a")?.losses == [1])
  }

  @Test
  func `results survive reopening, and those of many threads are all kept`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    do {
      let archive = try LossArchive(path: path)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<40 {
          group.addTask {
            try archive.keep(
              losses: [Double](repeating: Double(number), count: 500),
              seconds: Double(number),
              of: "model \(number)"
            )
          }
        }
        try await group.waitForAll()
      }
    }
    let archive = try LossArchive(path: path)
    for number in 0..<40 {
      let found = try #require(try archive.row(of: "model \(number)"))
      #expect(found.losses == [Double](repeating: Double(number), count: 500))
      #expect(found.seconds == Double(number))
    }
  }

  @Test
  func `another program's database and a run's store are refused and left as they were`() throws {
    let folder = try TemporaryFolder()
    do {
      let other = try Connection(path: folder.path("other.db"), access: .write)
      try other.execute("CREATE TABLE notes (text)")
      _ = try makeRun(folder)
    }
    for path in [folder.path("other.db"), folder.path("run.db")] {
      let before = try Data(contentsOf: URL(filePath: path))
      let error = refusal(path)
      #expect(error?.code == .foreign)
      #expect(error?.operation == .open)
      #expect(error?.cause == "it is not an archive of the validation lab")
      #expect(try Data(contentsOf: URL(filePath: path)) == before)
    }
    #expect(try RunDatabase.reader(path: folder.path("run.db")).contents() != nil)
  }

  @Test
  func `a run's store does not open an archive`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    try LossArchive(path: path).keep(losses: [1], seconds: 0, of: "a")
    let error = #expect(throws: StoreError.self) { _ = try RunDatabase.writer(path: path) }
    #expect(error?.code == .foreign)
    #expect(try LossArchive(path: path).row(of: "a")?.losses == [1])
  }

  @Test(arguments: ["a,b,label\n1,2,x\n", String(repeating: "x", count: 5_000)])
  func `a file that is no database is refused and left as it was`(text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("digits.csv")
    try Data(text.utf8).write(to: URL(filePath: path))
    #expect(refusal(path)?.code == .foreign)
    #expect(try Data(contentsOf: URL(filePath: path)) == Data(text.utf8))
  }

  @Test
  func `an empty file becomes an archive, a missing folder does not`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("empty.db")
    try Data().write(to: URL(filePath: path))
    try LossArchive(path: path).keep(losses: [1], seconds: 0, of: "a")
    #expect(refusal(folder.path("no/such/lab.db"))?.code == .absent)
  }

  @Test
  func `a read-only file is refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    try LossArchive(path: path).keep(losses: [1], seconds: 0, of: "a")
    chmod(path, 0o444)
    chmod(folder.url.path, 0o777)
    chmod(path + ".lock", 0o666)
    try asNobody { #expect(refusal(path)?.code == .readOnly) }
  }

  @Test
  func `a result that is damaged is not found`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    try LossArchive(path: path).keep(losses: [1, 2], seconds: 0, of: "a")
    do {
      let connection = try Connection(path: path, access: .write)
      try connection.execute("UPDATE results SET losses = x'0102030405'")
    }
    #expect(try LossArchive(path: path).row(of: "a") == nil)
  }

  @Test
  func `a file of the last version is opened, its rows are kept, and no key of today finds one`()
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    do {
      let connection = try Connection(path: path, access: .write)
      try connection.execute("PRAGMA journal_mode = WAL")
      try connection.execute("PRAGMA application_id = 0x4441554C")
      try connection.execute(
        """
        CREATE TABLE results (
          key TEXT PRIMARY KEY, losses BLOB NOT NULL, seconds REAL NOT NULL
        ) STRICT
        """
      )
      try connection.execute(
        """
        INSERT INTO results VALUES
          ('3f8a0b6cf1c1d2e3a4b5c6d7e8f90123', x'000000000000F03F', 0.5)
        """
      )
    }
    let archive = try LossArchive(path: path)
    #expect(try archive.row(of: ContentKey("model", version: 1).text) == nil)
    #expect(try archive.row(of: "3f8a0b6cf1c1d2e3a4b5c6d7e8f90123")?.losses == [1])
  }

  private func refusal(_ path: String) -> StoreError? {
    do throws(StoreError) { _ = try LossArchive(path: path) } catch { return error }
    return nil
  }
}
