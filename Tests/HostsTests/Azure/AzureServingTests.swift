import Experiment
import Hosts
import Synchronization
import Testing

/// Azure's management API: a deployment is ready at the second look, and gone at the second look.
private final class AzureServer: Sendable {
  struct State {
    var looks: [String: Int] = [:]
    var most = 0
    var failing = false
    var refusesDeletion = false
  }
  let state = Mutex(State())

  func answer(_ call: Call) throws -> Reply {
    try state.withLock { state in
      switch call.method {
      case "PUT":
        state.looks[call.path] = 0
        state.most = max(state.most, state.looks.count)
        return .json([:])
      case "DELETE":
        if state.refusesDeletion { throw HostError.status(409, "busy") }
        guard state.looks[call.path] != nil else { throw HostError.status(404) }
        state.looks[call.path] = -2
        return .json([:])
      default:
        guard let looks = state.looks[call.path] else { throw HostError.status(404) }
        if looks == -1 {
          state.looks[call.path] = nil
          throw HostError.status(404)
        }
        state.looks[call.path] = looks + 1
        let ready = state.failing ? "Failed" : "Succeeded"
        let text: JSON = .string(looks < 0 ? "Deleting" : looks == 0 ? "Creating" : ready)
        return .json(["properties": ["provisioningState": text]])
      }
    }
  }
}

@Suite struct `deployments on Azure` {
  private let azure = AzureServer()
  private let management: ScriptedServer
  private let ledger = MemoryLedger()

  init() {
    let azure = azure
    management = ScriptedServer("management") { try azure.answer($0) }
  }

  private func serving(_ host: ScriptedServer) throws -> any Serving {
    try ServingKind.azure.serving(
      ServingOptions(azure: .init(subscription: "s", resourceGroup: "g", account: "a")),
      base: "base",
      host: host,
      baseURL: "https://a.openai.azure.com/openai/v1",
      management: management,
      ledger: ledger
    )
  }

  private static func model(_ number: Int) -> ModelReference {
    ModelReference("gpt-4.1-mini.ft-\(number)")
  }

  @Test func `are made, awaited, tried, and deleted until they are gone`() async throws {
    let tries = Mutex(0)
    let host = ScriptedServer { _ in
      let number = tries.withLock {
        $0 += 1
        return $0
      }
      if number < 3 { throw HostError.status(404, "DeploymentNotFound") }
      return .json([:])
    }
    let serving = try serving(host)
    let served = try await serving.open(Self.model(1))
    #expect(served.name.hasPrefix("daunce-"))
    #expect(host.requests.count == 3)
    #expect(ledger.ids.count == 1)
    #expect(ledger.ids[0].hasPrefix("/subscriptions/s/resourceGroups/g/providers/"))
    #expect(ledger.ids[0].hasSuffix("/deployments/\(served.name)"))
    let name = management.bodies.first?["properties"]?["model"]?["name"]
    #expect(name == .string(Self.model(1).name))
    await serving.close(Self.model(1))
    #expect(azure.state.withLock { $0.looks.isEmpty })
    #expect(ledger.ids.isEmpty)
  }

  @Test func `are never more than ten`() async throws {
    let serving = try serving(ScriptedServer { _ in .json([:]) })
    #expect(serving.modelsAtOnce == 10)
    for wave in [0..<10, 10..<20, 20..<25] {
      try await withThrowingTaskGroup { group in
        for number in wave {
          group.addTask { _ = try await serving.open(Self.model(number)) }
        }
        try await group.waitForAll()
      }
      if wave.count == 10 {
        let error = await #expect(throws: HostError.self) {
          _ = try await serving.open(Self.model(99))
        }
        #expect(error?.message.contains("10 models are deployed already") == true)
      }
      for number in wave { await serving.close(Self.model(number)) }
    }
    #expect(azure.state.withLock { $0.most } == 10)
    #expect(azure.state.withLock { $0.looks.isEmpty })
    #expect(ledger.ids.isEmpty)
  }

  @Test func `that fail are deleted`() async throws {
    azure.state.withLock { $0.failing = true }
    let serving = try serving(ScriptedServer { _ in .json([:]) })
    let error = await #expect(throws: HostError.self) {
      _ = try await serving.open(Self.model(1))
    }
    #expect(error?.code == .jobFailed)
    #expect(azure.state.withLock { $0.looks.isEmpty })
    #expect(ledger.ids.isEmpty)
  }

  @Test func `that never answer are deleted`() async throws {
    let host = ScriptedServer { _ in throw HostError.status(503) }
    let serving = try serving(host)
    let error = await #expect(throws: HostError.self) {
      _ = try await serving.open(Self.model(1))
    }
    #expect(error?.code == .unavailable)
    // Once for the deployment, then for half an hour.
    #expect(host.pauses == 181)
    #expect(azure.state.withLock { $0.looks.isEmpty })
  }

  @Test func `stay in the ledger until Azure lets them go`() async throws {
    let serving = try serving(ScriptedServer { _ in .json([:]) })
    _ = try await serving.open(Self.model(1))
    azure.state.withLock { $0.refusesDeletion = true }
    await serving.close(Self.model(1))
    #expect(ledger.ids.count == 1)
    let left = try await serving.releaseAll(host: "scripted", ledger: ledger)
    #expect(left.map(\.reason) == ["busy"])
    azure.state.withLock { $0.refusesDeletion = false }
    #expect(try await serving.releaseAll(host: "scripted", ledger: ledger).isEmpty)
    #expect(ledger.ids.isEmpty)
  }

  @Test func `are not made for names and for the base`() async throws {
    let serving = try serving(ScriptedServer { _ in .json([:]) })
    #expect(try await serving.open(nil).name == "base")
    #expect(try await serving.open(ModelReference("my-deployment")).name == "my-deployment")
    #expect(management.requests.isEmpty)
  }

  @Test func `need to be told where`() {
    #expect(throws: HostError.self) {
      _ = try ServingKind.azure.serving(
        ServingOptions(),
        base: nil,
        host: management,
        baseURL: "",
        ledger: ledger
      )
    }
  }
}
