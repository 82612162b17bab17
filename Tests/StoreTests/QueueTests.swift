import Dispatch
import Experiment
import Foundation
import Synchronization
import TestSupport
import Testing

@testable import Store

struct QueueTests {
  @Test
  func `whatever a reader sees, no loss is there before the reply it rests on`() throws {
    let folder = try TemporaryFolder()
    let (run, count) = (try makeRun(folder, corpus: .scripted(train: 2_000)), 2_000)
    let reader = try RunDatabase.reader(path: folder.path("run.db"))
    let writing = aside {
      for number in 0..<count { try Self.record(number, in: run) }
      try run.flush()
    }
    var seen = 0
    while seen < count {
      let readings = try reader.answered(model: 0, .reading)
      let exchanges = try reader.exchangeCount()
      #expect(readings == Array(0..<readings.count))
      #expect(exchanges >= readings.count)
      #expect(readings.count >= seen)
      seen = readings.count
    }
    writing.wait()
    #expect(try reader.exchangeCount() == count)
    #expect(try run.contents()?.models[1].answered == count)
  }

  @Test(arguments: [1, 40, 333])
  func `a process that dies leaves a beginning of what was queued`(moment: Int) throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder, corpus: .scripted(train: 400))
    var flushed = 0
    for number in 0..<400 {
      try Self.record(number, in: run)
      if number == moment / 2 {
        try run.flush()
        flushed = number + 1
      }
      guard number == moment else { continue }
      // What the kernel would keep of a killed process: the files as they are by now.
      for suffix in ["", "-wal"] {
        try FileManager.default.copyItem(
          atPath: folder.path("run.db" + suffix),
          toPath: folder.path("copy.db" + suffix)
        )
      }
    }
    let copy = try RunDatabase.writer(path: folder.path("copy.db"))
    let readings = try copy.answered(model: 0, .reading)
    let exchanges = try copy.exchanges(after: 0, limit: 1_000).map(\.exchange.key)
    #expect(readings == Array(0..<readings.count))
    #expect(exchanges == (0..<exchanges.count).map { "\($0)" })
    #expect(readings.count...(readings.count + 1) ~= exchanges.count)
    #expect(readings.count >= flushed)
    #expect(try copy.contents()?.models[1].answered == readings.count)
  }

  @Test
  func `what is queued when the last owner lets go is committed`() throws {
    let folder = try TemporaryFolder()
    do {
      let run = try makeRun(folder, corpus: .scripted(train: 300))
      for number in 0..<300 { try Self.record(number, in: run) }
    }
    // A writer is admitted once the last commit is done.
    var next: RunDatabase?
    while next == nil { next = try? RunDatabase.writer(path: folder.path("run.db")) }
    #expect(try next?.answered(model: 0, .reading).count == 300)
    #expect(try next?.exchangeCount() == 300)
    next = nil
    #expect(!FileManager.default.fileExists(atPath: folder.path("run.db-wal")))
  }

  @Test
  func `whoever queues faster than the disk takes it has to wait`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    let large = String(repeating: "x", count: 1 << 20)
    let isLocked = Atomic(false)
    let queued = Atomic(0)
    let writing = aside {
      while !isLocked.load(ordering: .acquiring) { sched_yield() }
      for number in 0..<20 {
        try run.enqueue(.exchange(exchange("\(number)", large)))
        queued.add(1, ordering: .relaxed)
      }
    }
    run.connection.withLock { _ in
      isLocked.store(true, ordering: .releasing)
      // While nothing can be committed, the queue fills to its limit and no further.
      let most = Inbox.limit >> 20
      while queued.load(ordering: .relaxed) < most - 1 { sched_yield() }
      for _ in 0..<10_000 where queued.load(ordering: .relaxed) > most {
        Issue.record("the queue takes in more than its limit")
        break
      }
    }
    writing.wait()
    try run.flush()
    #expect(try run.exchanges(after: 0, limit: 100).map(\.exchange.key) == (0..<20).map { "\($0)" })
  }

  @Test
  func `an error reaches whoever comes next and nothing is written after it`() throws {
    let folder = try TemporaryFolder()
    let run = try makeRun(folder)
    try Self.record(1, in: run)
    try run.flush()
    try run.record([NumberedReading(example: 1, reading: read(.measured(2)))], .reading, model: 0)
    #expect(throws: StoreError.self) { try run.flush() }
    #expect(throws: StoreError.self) { try Self.record(2, in: run) }
    #expect(throws: StoreError.self) { try run.askTraining(model: 1, key: "job 1") }
    #expect(throws: StoreError.self) { try run.flush() }
    let read = try RunDatabase.reader(path: folder.path("run.db"))
    #expect(try read.answered(model: 0, .reading) == [1])
    #expect(try read.contents()?.models[1].answered == 1)
  }

  @Test
  func `an inbox schedules one commit at a time and asks for help when it is full`() throws {
    var inbox = Inbox()
    let action1 = try inbox.add(.exchange(exchange("a", "")))
    #expect(action1 == .schedule)
    let action2 = try inbox.add(.exchange(exchange("a", "")))
    #expect(action2 == .none)
    #expect(inbox.place(of: "a") == .queued)
    #expect(inbox.place(of: "b") == .nowhere)
    let taken = try inbox.take()
    #expect(taken.count == 2)
    let action3 = try inbox.add(.exchange(exchange("b", "")))
    #expect(action3 == .none)
    inbox.committed(taken)
    #expect(inbox.place(of: "a") == .file)
    let hasMore = inbox.hasMore()
    #expect(hasMore)
    inbox.committed(try inbox.take())
    let hasStill = inbox.hasMore()
    #expect(!hasStill)
    let action4 = try inbox.add(.exchange(exchange("c", "")))
    #expect(action4 == .schedule)
    let large = String(repeating: "x", count: Inbox.limit)
    let action5 = try inbox.add(.exchange(exchange("d", large)))
    #expect(action5 == .write)
  }

  @Test
  func `a filter never forgets a key and seldom invents one`() {
    var filter = KeyFilter()
    for number in 0..<50_000 { filter.insert(KeyFilter.hash("key \(number)")) }
    #expect((0..<50_000).allSatisfy { filter.mayContain(KeyFilter.hash("key \($0)")) })
    #expect((0..<50_000).count { filter.mayContain(KeyFilter.hash("other \($0)")) } < 500)
  }

  /// Queues a reply and the loss that rests on it.
  private static func record(_ number: Int, in run: RunDatabase) throws {
    try run.enqueue(.exchange(exchange("\(number)", "reply \(number)")))
    try run.record(
      [NumberedReading(example: number, reading: read(.measured(1)))],
      .reading,
      model: 0
    )
  }

  /// Runs `body` on a thread that no test waits on.
  private func aside(_ body: @escaping @Sendable () throws -> Void) -> DispatchGroup {
    let group = DispatchGroup()
    group.enter()
    // A thread of its own: tests that wait for it without suspending may occupy all others.
    Thread.detachNewThread {
      do { try body() } catch { Issue.record(error) }
      group.leave()
    }
    return group
  }
}
