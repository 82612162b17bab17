import CSQLite
import Experiment
import FoundationEssentials
import Glibc
import Synchronization
import TestSupport
import Testing

@testable import Store

struct OpeningTests {
  @Test
  func `a second writer is refused and told who writes`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    do {
      let first = try makeRun(folder)
      let error = refusal(toWrite: path)
      #expect(error?.code == .inUse(pid: getpid()))
      #expect(error?.description.contains("pid \(getpid())") == true)
      #expect(try RunDatabase.reader(path: path).contents() != nil)
      _ = first
    }
    _ = try RunDatabase.writer(path: path)
  }

  @Test
  func `whether somebody writes can be asked without keeping a writer out`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    #expect(!RunDatabase.isBeingWritten(path: path))
    do {
      let run = try makeRun(folder)
      #expect(RunDatabase.isBeingWritten(path: path))
      try run.flush()
    }
    #expect(!RunDatabase.isBeingWritten(path: path))
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          _ = RunDatabase.isBeingWritten(path: path)
          await Task.yield()
        }
      }
      for _ in 0..<200 {
        #expect(throws: Never.self) { _ = try WriterLock(store: path) }
        await Task.yield()
      }
      group.cancelAll()
    }
  }

  @Test
  func `what the writer leaves for others is there while it writes, whole and without its id`()
    throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    do {
      let run = try makeRun(folder)
      #expect(RunDatabase.line(path: path).isEmpty)
      for text in ["a long line", "short", String(repeating: "x", count: 20_000), ""] {
        run.leave(Array(text.utf8))
        #expect(RunDatabase.line(path: path) == Array(text.utf8))
      }
      run.leave(Array("{}".utf8))
      #expect(refusal(toWrite: path)?.code == .inUse(pid: getpid()))
    }
    #expect(RunDatabase.line(path: path).isEmpty)
    _ = try RunDatabase.writer(path: path)
    #expect(RunDatabase.line(path: path).isEmpty)
  }

  @Test
  func `a newer store is refused by writer and reader, naming both versions`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    try change(makeRun(folder), "PRAGMA user_version = 9")
    for error in [refusal(toWrite: path), refusal(toRead: path)] {
      #expect(error?.code == .newerSchema(found: 9, known: Schema.version))
      #expect(
        error?.description
          == "cannot open run store '\(path)': schema 9 is newer than this program's \(Schema.version)"
      )
    }
  }

  @Test
  func `another program's database is refused and left as it was`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("other.db")
    do {
      let other = try Connection(path: path, access: .write)
      try other.execute("CREATE TABLE notes (text)")
    }
    let before = try Data(contentsOf: URL(filePath: path))
    for error in [refusal(toWrite: path), refusal(toRead: path)] {
      #expect(error?.code == .foreign)
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == before)
  }

  @Test(arguments: ["{\"not\": \"a database\"}", String(repeating: "x", count: 5_000)])
  func `a file that is no database is refused and left as it was`(text: String) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("train.jsonl")
    try Data(text.utf8).write(to: URL(filePath: path))
    for error in [refusal(toWrite: path), refusal(toRead: path)] {
      #expect(error?.code == .foreign)
    }
    #expect(try Data(contentsOf: URL(filePath: path)) == Data(text.utf8))
  }

  @Test
  func `what is absent, empty or a folder has a clear error`() throws {
    let folder = try TemporaryFolder()
    let absent = refusal(toRead: folder.path("none.db"))
    #expect(absent?.code == .absent)
    #expect(absent?.cause == "No such file or directory")
    let nowhere = refusal(toWrite: folder.path("no/such/run.db"))
    #expect(nowhere?.code == .absent)
    try Data().write(to: URL(filePath: folder.path("empty.db")))
    let empty = refusal(toRead: folder.path("empty.db"))
    #expect(empty?.code == .empty)
    #expect(refusal(toRead: folder.url.path) != nil)
  }

  @Test
  func `a read-only store is read but not written`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let corpus = Corpus.scripted()
    _ = try makeRun(folder, corpus: corpus)
    chmod(path, 0o444)
    chmod(folder.url.path, 0o555)
    defer { chmod(folder.url.path, 0o755) }
    try asNobody { () throws in
      let error = refusal(toWrite: path)
      #expect(error?.code == .readOnly)
      let read = try RunDatabase.reader(path: path).contents()
      #expect(read?.corpus == corpus)
    }
  }

  @Test
  func `a read-only file in a folder that can be written is refused`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try makeRun(folder)
    chmod(path, 0o444)
    chmod(folder.url.path, 0o777)
    chmod(path + ".lock", 0o666)
    try asNobody { () throws in
      let error = refusal(toWrite: path)
      #expect(error?.code == .readOnly)
    }
  }

  @Test
  func `a full disk is named, and what was recorded stays`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    try record([NumberedReading(example: 0, reading: read(.measured(1)))], model: 0, in: run)
    try change(run, "PRAGMA max_page_count = 1")
    let long = [Float](repeating: -1, count: 1_000_000)
    let error = #expect(throws: StoreError.self) {
      try record(
        [NumberedReading(example: 1, reading: read(.measured(2), long))],
        model: 0,
        in: run
      )
    }
    #expect(error?.code == .full)
    #expect(error?.operation == .write)
    #expect(try run.readings(model: 0).map(\.reading.loss) == [.measured(1)])
  }

  @Test(arguments: 0..<12)
  func `a damaged file gives an error or its contents, never a crash`(seed: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try makeRun(folder, corpus: .scripted(train: 200))
    var bytes = try Data(contentsOf: URL(filePath: path))
    if seed == 0 {
      bytes = bytes.prefix(bytes.count / 2)
    } else {
      for index in stride(from: 100 + seed * 37, to: bytes.count, by: 211) { bytes[index] ^= 0x5A }
    }
    try bytes.write(to: URL(filePath: path))
    let error = #expect(throws: StoreError.self) {
      _ = try RunDatabase.reader(path: path).contents()
    }
    #expect([.corrupt, .foreign].contains(error?.code) || error?.cause.isEmpty == false)
  }

  @Test
  func `contents that contradict the design are called corrupt`() throws {
    for damage in [
      "UPDATE membership SET members = x'0102' WHERE model = 1",
      "UPDATE membership SET members = x'FF000000' WHERE model = 1",
      "UPDATE membership SET weights = x'00' WHERE model = 1",
      "DELETE FROM membership WHERE model = 3",
      "UPDATE runs SET start = 'middle'",
      "UPDATE examples SET tags = 'none' WHERE number = 2",
      "DELETE FROM examples WHERE number = 2",
    ] as [StaticString] {
      let folder = try TemporaryFolder()
      let run = try makeRun(folder)
      try change(run, damage)
      let error = #expect(throws: StoreError.self) { try run.contents() }
      #expect(error?.code == .corrupt)
    }
  }

  private func refusal(toWrite path: String) -> StoreError? {
    do throws(StoreError) { _ = try RunDatabase.writer(path: path) } catch { return error }
    return nil
  }

  private func refusal(toRead path: String) -> StoreError? {
    do throws(StoreError) { _ = try RunDatabase.reader(path: path) } catch { return error }
    return nil
  }

  private func change(_ run: RunDatabase, _ sql: StaticString) throws {
    try run.connection.withLock { connection throws(StoreError) in
      try connection.execute("PRAGMA foreign_keys = OFF")
      try connection.execute(sql)
    }
  }
}

/// Runs `body` with a file-system identity, this thread's only, that permissions apply to.
///
/// Root may write anywhere, so as root a read-only file proves nothing. Glibc's Swift module leaves
/// `setfsuid` out.
func asNobody(_ body: () throws -> Void) throws {
  typealias SetIdentity = @convention(c) (UInt32) -> Int32
  let symbol = try #require(dlsym(nil, "setfsuid"))
  let setIdentity = unsafeBitCast(symbol, to: SetIdentity.self)
  let identity = setIdentity(65_534)
  defer { _ = setIdentity(UInt32(identity)) }
  try body()
}
