import Glibc
import Synchronization
import TestSupport
import Testing
import Transport

@Suite struct `the engine as an executor` {
  @Test func `tasks that prefer it meet their replies on its own thread`() async throws {
    let server = try LoopbackServer { _ in .json("{}") }
    let engine = try HTTPEngine()
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    let threads = try await withThrowingTaskGroup(of: [UInt].self) { group in
      for _ in 0..<8 {
        group.addTask(executorPreference: engine.executor) {
          let before = UInt(pthread_self())
          _ = try await engine.send(request)
          return [before, UInt(pthread_self())]
        }
      }
      return try await group.reduce(into: Set<UInt>()) { $0.formUnion($1) }
    }
    #expect(threads.count == 1)
  }

  @Test(.timeLimit(.minutes(4)))
  func `work that prefers it goes on when it is closed`() async throws {
    let engine = try HTTPEngine()
    let isClosed = Mutex(false)
    let before = Task(executorPreference: engine.executor) {
      while !isClosed.withLock({ $0 }) { await Task.yield() }
      for _ in 0..<100 { await Task.yield() }
      return 1
    }
    engine.close()
    isClosed.withLock { $0 = true }
    let after = Task(executorPreference: engine.executor) {
      for _ in 0..<100 { await Task.yield() }
      return 1
    }
    let sum = await before.value + after.value
    #expect(sum == 2)
  }

  @Test(.timeLimit(.minutes(4)))
  func `a task that never rests leaves the network its turns`() async throws {
    let server = try LoopbackServer { _ in .json("{}") }
    let engine = try HTTPEngine()
    let request = HTTPRequest("GET", try HTTPAddress(server.url))
    let restless = Task(executorPreference: engine.executor) {
      while !Task.isCancelled { await Task.yield() }
    }
    defer { restless.cancel() }
    for _ in 0..<10 { #expect(try await engine.send(request).status == 200) }
  }
}
