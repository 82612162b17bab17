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
    let cleaning = ServingCleaning(serving, host: "scripted", ledger: ledger)
    #expect(try await cleaning.clean().map(\.reason) == ["busy"])
    azure.state.withLock { $0.refusesDeletion = false }
    #expect(try await cleaning.clean().isEmpty)
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

@Suite struct `a model that is not ready` {
  private static func fireworks(_ host: ScriptedServer) throws -> any Serving {
    try ServingKind.fireworks.serving(
      ServingOptions(deployment: "accounts/acme/deployments/d1", patience: 60),
      base: nil,
      host: host,
      baseURL: "https://api.fireworks.ai/inference/v1",
      ledger: MemoryLedger()
    )
  }

  private static func loaded(_ state: String) -> ScriptedServer {
    ScriptedServer("fireworks") { call in
      .json([
        "deployedModels": [
          [
            "name": "x", "model": "accounts/acme/models/k1",
            "deployment": "accounts/acme/deployments/d1", "state": .string(state),
          ]
        ]
      ])
    }
  }

  @Test(arguments: ["FAILED", "DELETED", "STATE_EXPIRED"])
  func `and will never be is an error at once, with the host's word`(state: String) async throws {
    let host = Self.loaded(state)
    let error = await #expect(throws: HostError.self) {
      try await Self.fireworks(host).open(ModelReference("accounts/acme/models/k1"))
    }
    #expect(error?.message.contains(state) == true)
    #expect(host.pauses == 0)
  }

  @Test func `is told in the host's words, and is an error with them in the end`() async throws {
    let host = Self.loaded("WARMING")
    let told = Mutex<[Wait]>([])
    let waits = Waits(now: { 0 }) { waits in told.withLock { $0 += waits } }
    let error = await #expect(throws: HostError.self) {
      try await Waits.$current.withValue(waits) {
        try await Self.fireworks(host).open(ModelReference("accounts/acme/models/k1"))
      }
    }
    #expect(error?.message.hasSuffix("still not ready after 60 s: WARMING") == true)
    let wait = Wait(
      "the adapter 'accounts/acme/models/k1' at fireworks",
      words: "WARMING",
      since: 0
    )
    #expect(told.withLock { $0 } == [wait])
  }
}

@Suite struct `adapters on dedicated hosts` {
  @Test func `wait on Fireworks until they are loaded and the deployment is awake`() async throws {
    let deployed = Mutex<[String: Int]>([:])
    let sleeps = Mutex(2)
    let host = ScriptedServer("fireworks") { call in
      switch (call.method, call.path) {
      case ("POST", "https://api.fireworks.ai/v1/accounts/acme/deployedModels"):
        deployed.withLock { $0["accounts/acme/deployedModels/k1-x"] = 0 }
        return .json([:])
      case ("GET", "https://api.fireworks.ai/v1/accounts/acme/deployedModels"):
        let list = deployed.withLock { deployed -> [JSON] in
          for name in deployed.keys { deployed[name, default: 0] += 1 }
          return deployed.map {
            [
              "name": .string($0), "model": "accounts/acme/models/k1",
              "deployment": "accounts/acme/deployments/d1",
              "state": $1 < 3 ? "DEPLOYING" : "DEPLOYED", "status": ["code": "OK"],
            ]
          }
        }
        return .json(["deployedModels": .array(list)])
      case ("DELETE", "https://api.fireworks.ai/v1/accounts/acme/deployedModels/k1-x"):
        deployed.withLock { $0.removeAll() }
        return .json([:])
      case ("POST", "/completions"):
        let sleeping = sleeps.withLock {
          $0 -= 1
          return $0 >= 0
        }
        if sleeping { throw HostError.status(503, "DEPLOYMENT_SCALING_UP") }
        return .json([:])
      default: throw HostError.status(400, "\(call.method) \(call.path)")
      }
    }
    let ledger = MemoryLedger()
    let serving = try ServingKind.fireworks.serving(
      ServingOptions(deployment: "accounts/acme/deployments/d1"),
      base: nil,
      host: host,
      baseURL: "https://api.fireworks.ai/inference/v1",
      ledger: ledger
    )
    let model = ModelReference("accounts/acme/models/k1")
    let served = try await serving.open(model)
    #expect(served.name == "accounts/acme/models/k1#accounts/acme/deployments/d1")
    #expect(ledger.ids == [served.name])
    #expect(host.pauses == 4)
    await serving.close(model)
    #expect(deployed.withLock { $0.isEmpty })
    #expect(ledger.ids.isEmpty)
  }

  @Test func `are bound to a Together endpoint by its name`() async throws {
    let bound = Mutex<Set<String>>([])
    let host = ScriptedServer("together") { call in
      var id = ""
      if case .json(let bytes) = call.body {
        id = JSONReader.read(bytes)?["model_id"]?.string ?? ""
      }
      switch (call.method, call.path) {
      case ("GET", "/endpoints/endpoint-1"): return .json(["name": "me/llama"])
      case ("GET", "/endpoints/endpoint-1/adapters"):
        let list = bound.withLock { $0.map { JSON.object(["model_id": .string($0)]) } }
        return .json(["data": .array(list)])
      case ("POST", "/endpoints/endpoint-1/adapters"):
        guard bound.withLock({ $0.insert(id).inserted }) else { throw HostError.status(409) }
        return .json([:])
      case ("DELETE", "/endpoints/endpoint-1/adapters"):
        guard bound.withLock({ $0.remove(id) }) != nil else { throw HostError.status(404) }
        return .json([:])
      default: return .json([:])
      }
    }
    let ledger = MemoryLedger()
    let serving = try ServingKind.together.serving(
      ServingOptions(deployment: "endpoint-1"),
      base: nil,
      host: host,
      baseURL: "https://api.together.ai/v1",
      ledger: ledger
    )
    let model = ModelReference("me/k1")
    #expect(try await serving.open(model).name == "me/llama:me/k1")
    #expect(try await serving.open(model).name == "me/llama:me/k1")
    #expect(ledger.ids == ["endpoint-1/me/llama:me/k1"])
    await serving.close(model)
    #expect(bound.withLock { $0.isEmpty })
    #expect(ledger.ids.isEmpty)
  }

  @Test(arguments: [
    ("http://h:8000/v1/", "http://h:8000", "http://h:8000"),
    ("https://gw/vllm/v1", "https://gw/vllm", "https://gw"), ("http://h", "http://h", "http://h"),
  ])
  func `have roots and origins`(base: String, root: String, origin: String) {
    #expect(ServerAddress.root(of: base) == root)
    #expect(ServerAddress.origin(of: base) == origin)
  }
}
