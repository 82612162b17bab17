import Experiment
import Hosts
import Synchronization
import Testing

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

@Suite struct `adapters on a Fireworks deployment` {
  @Test func `wait until they are loaded and the deployment is awake`() async throws {
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
}
