import Experiment
import Synchronization
import TestSupport
import Testing
import Transport

@testable import Hosts

/// Keeps exchanges in memory.
private final class Shelf: Archive {
  private let kept = Mutex<[Exchange]>([])

  func exchange(_ key: String, occurrence: Int) throws -> Exchange? {
    let all = kept.withLock { $0.filter { $0.key == key } }
    return all.indices.contains(occurrence) ? all[occurrence] : nil
  }

  func keep(_ exchange: Exchange) throws { kept.withLock { $0.append(exchange) } }
}

@Suite struct `a page of HTML with status 200` {
  private func host(_ server: LoopbackServer, _ shelf: Shelf? = nil) throws -> HostConnection {
    HostConnection(
      profile: try HostProfile.named("openai"),
      baseURL: server.url + "/v1",
      key: nil,
      client: HTTPClient(
        engine: try HTTPEngine(),
        budget: RetrySchedule.Budget(attempts: 3),
        sleep: { _ in }
      ),
      record: shelf,
      replay: shelf
    )
  }

  private let page = LoopbackServer.Answer.reply(
    200,
    ["Content-Type": "text/html"],
    Array("\n<!doctype html><p>Please wait".utf8)
  )

  @Test func `deletes nothing: it is asked for again`() async throws {
    let server = try LoopbackServer { [page] in $0.index < 2 ? page : .json("{}") }
    _ = try await host(server).send(Call("DELETE", "/v1/models/m", purpose: .remove))
    #expect(server.requests.count == 3)
  }

  @Test(arguments: [Call.Purpose.remove, .read, .score])
  func `is an error when nothing else comes`(purpose: Call.Purpose) async throws {
    let server = try LoopbackServer { [page] _ in page }
    let error = try await #require(throws: HostError.self) {
      try await host(server).send(Call("DELETE", "/v1/models/m", purpose: purpose))
    }
    #expect(error.code == .notUnderstood && error.message.contains("something else than its reply"))
  }

  @Test func `is not taken for the loss that a later session asks for`() async throws {
    let shelf = Shelf()
    let call = Call("POST", "/v1/completions", body: .json(Array("{}".utf8)), purpose: .score)
    let server = try LoopbackServer { [page] in $0.index < 3 ? page : .json("{\"choices\":[]}") }
    await #expect(throws: HostError.self) { try await host(server, shelf).send(call) }
    let again = try await host(server, shelf).send(call)
    #expect(again.status == 200 && server.requests.count == 4)
  }
}
