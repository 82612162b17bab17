import Experiment
import Hosts
import Synchronization
import Testing

@Suite struct `adapters on a Together endpoint` {
  @Test func `are bound by its name`() async throws {
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
}
