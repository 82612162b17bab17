import CSQLite
import FoundationEssentials
import Glibc
import TestSupport
import Testing

@testable import Store

struct TrainingArchiveTests {
  @Test
  func `a result is found under its key, to the last bit, and no other is`() throws {
    let folder = try TemporaryFolder()
    let archive = try TrainingArchive(path: folder.path("lab.db"))
    let losses = [0.1, -0.0, .leastNonzeroMagnitude, 1e300, 0]
    try archive.keep(losses: losses, seconds: 0.25, for: "a")
    let found = try #require(try archive.result(for: "a"))
    #expect(found.losses.map(\.bitPattern) == losses.map(\.bitPattern))
    #expect(found.seconds == 0.25)
    #expect(try archive.result(for: "b") == nil)
    #expect(try archive.result(for: "A") == nil)
    #expect(archive.path == folder.path("lab.db"))
  }

  @Test
  func `a result that is there already stays`() throws {
    let folder = try TemporaryFolder()
    let archive = try TrainingArchive(path: folder.path("lab.db"))
    try archive.keep(losses: [1, 2], seconds: 3, for: "a")
    try archive.keep(losses: [4], seconds: 5, for: "a")
    #expect(try archive.result(for: "a")?.losses == [1, 2])
    #expect(try archive.result(for: "a")?.seconds == 3)
  }

  @Test
  func `a second writer is refused and told who writes`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    do {
      let first = try TrainingArchive(path: path)
      #expect(refusal(path)?.code == .inUse(pid: getpid()))
      try first.keep(losses: [1], seconds: 0, for: "a")
    }
    #expect(try TrainingArchive(path: path).result(for: "a")?.losses == [1])
  }

  @Test
  func `results survive reopening, and those of many threads are all kept`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    do {
      let archive = try TrainingArchive(path: path)
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<40 {
          group.addTask {
            try archive.keep(
              losses: [Double](repeating: Double(number), count: 500),
              seconds: Double(number),
              for: "training \(number)"
            )
          }
        }
        try await group.waitForAll()
      }
    }
    let archive = try TrainingArchive(path: path)
    for number in 0..<40 {
      let found = try #require(try archive.result(for: "training \(number)"))
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
    try TrainingArchive(path: path).keep(losses: [1], seconds: 0, for: "a")
    let error = #expect(throws: StoreError.self) { _ = try RunDatabase.writer(path: path) }
    #expect(error?.code == .foreign)
    #expect(try TrainingArchive(path: path).result(for: "a")?.losses == [1])
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
    try TrainingArchive(path: path).keep(losses: [1], seconds: 0, for: "a")
    #expect(refusal(folder.path("no/such/lab.db"))?.code == .absent)
  }

  @Test
  func `a read-only file is refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    try TrainingArchive(path: path).keep(losses: [1], seconds: 0, for: "a")
    chmod(path, 0o444)
    chmod(folder.url.path, 0o777)
    chmod(path + ".lock", 0o666)
    try asNobody { #expect(refusal(path)?.code == .readOnly) }
  }

  @Test
  func `a result that is damaged is not found`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    try TrainingArchive(path: path).keep(losses: [1, 2], seconds: 0, for: "a")
    do {
      let connection = try Connection(path: path, access: .write)
      try connection.execute("UPDATE results SET losses = x'0102030405'")
    }
    #expect(try TrainingArchive(path: path).result(for: "a") == nil)
  }

  private func refusal(_ path: String) -> StoreError? {
    do throws(StoreError) { _ = try TrainingArchive(path: path) } catch { return error }
    return nil
  }
}
