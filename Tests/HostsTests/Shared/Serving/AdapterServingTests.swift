import Experiment
import Hosts
import Synchronization
import Testing

/// A vLLM or SGLang server that keeps adapters.
private final class AdapterServer: Sendable {
  let loaded = Mutex<[String: String]>([:])

  func answer(_ call: Call) throws -> Reply {
    var body: JSON = nil
    if case .json(let bytes) = call.body { body = JSONReader.read(bytes) ?? nil }
    let name = body["lora_name"]?.string ?? ""
    if call.path.hasSuffix("/v1/models") {
      let models = loaded.withLock {
        $0.map { JSON.object(["id": .string($0), "root": .string($1)]) }
      }
      return .json(["data": .array(models)])
    }
    if call.path.hasSuffix("/unload_lora_adapter") {
      guard loaded.withLock({ $0.removeValue(forKey: name) }) != nil else {
        throw HostError.status(404, "cannot be found")
      }
      return .text("Success")
    }
    guard call.path.hasSuffix("/load_lora_adapter") else { throw HostError.status(405) }
    let path = body["lora_path"]?.string ?? ""
    if path.contains("missing") { throw HostError.status(404, "No adapter found") }
    if path.contains("rank") { throw HostError.status(400, "LoRA rank 64 is greater than 8") }
    guard loaded.withLock({ $0[name] }) == nil else {
      throw HostError.status(400, "already loaded")
    }
    loaded.withLock { $0[name] = path }
    return .text("Success: LoRA adapter '\(name)' added successfully.")
  }
}

/// A serving whose base is `base`.
func serving(
  _ kind: ServingKind = .vllm,
  _ host: ScriptedServer,
  _ ledger: MemoryLedger
) throws -> any Serving {
  try kind.serving(
    ServingOptions(),
    base: "base",
    host: host,
    baseURL: "http://127.0.0.1:8000/v1/",
    ledger: ledger
  )
}

@Suite struct `adapters loaded at run time` {
  private let server = AdapterServer()
  private let host: ScriptedServer
  private let ledger = MemoryLedger()

  init() {
    let server = server
    host = ScriptedServer { try server.answer($0) }
  }

  @Test func `are loaded from their folder, written down, and unloaded`() async throws {
    let serving = try serving(host: host)
    let served = try await serving.open(ModelReference("/models/k03"))
    #expect(served == ServedModel(name: "k03"))
    #expect(host.requests == ["POST http://127.0.0.1:8000/v1/load_lora_adapter"])
    #expect(host.bodies == [["lora_name": "k03", "lora_path": "/models/k03"]])
    #expect(ledger.ids == ["k03"])
    await serving.close(ModelReference("/models/k03"))
    #expect(server.loaded.withLock { $0.isEmpty })
    #expect(ledger.ids.isEmpty)
  }

  @Test func `may be called otherwise than their folder`() async throws {
    let served = try await serving(host: host).open(ModelReference("mine=/models/last"))
    #expect(served.name == "mine")
    #expect(server.loaded.withLock { $0 } == ["mine": "/models/last"])
  }

  @Test func `count as loaded when they are so already`() async throws {
    let serving = try serving(host: host)
    let first = try await serving.open(ModelReference("/models/k03"))
    #expect(try await serving.open(ModelReference("/models/k03")) == first)
    #expect(host.requests.last == "GET http://127.0.0.1:8000/v1/models")
    #expect(ledger.ids == ["k03"])
  }

  @Test func `do not take the name of another, nor unload it`() async throws {
    server.loaded.withLock { $0["k03"] = "/elsewhere/k03" }
    let serving = try serving(host: host)
    let error = await #expect(throws: HostError.self) {
      _ = try await serving.open(ModelReference("/models/k03"))
    }
    #expect(error?.message.contains("belongs to the adapter '/elsewhere/k03'") == true)
    // As everybody does who could not open a model.
    await serving.close(ModelReference("/models/k03"))
    #expect(server.loaded.withLock { $0 } == ["k03": "/elsewhere/k03"])
    #expect(ledger.ids.isEmpty)
  }

  @Test(arguments: [("/models/missing", HostError.Code.notFound), ("/models/rank", .refused)])
  func `that the server refuses are an error and leave nothing`(
    path: String,
    code: HostError.Code
  ) async throws {
    let serving = try serving(host: host)
    let error = await #expect(throws: HostError.self) {
      _ = try await serving.open(ModelReference(path))
    }
    #expect(error?.code == code)
    #expect(error?.message.contains("'\(path)'") == true)
    #expect(ledger.ids.isEmpty)
  }

  @Test func `are unloaded in a cancelled task too`() async throws {
    let serving = try serving(host: host)
    _ = try await serving.open(ModelReference("/models/k03"))
    let task = Task {
      while !Task.isCancelled { await Task.yield() }
      await serving.close(ModelReference("/models/k03"))
    }
    task.cancel()
    await task.value
    #expect(server.loaded.withLock { $0.isEmpty })
    #expect(ledger.ids.isEmpty)
  }

  @Test func `are not loaded for names and for the base`() async throws {
    let serving = try serving(host: host)
    #expect(try await serving.open(nil).name == "base")
    #expect(try await serving.open(ModelReference("ready")).name == "ready")
    await serving.close(ModelReference("ready"))
    // vLLM's name of a base that it was given as a folder.
    let folder = try ServingKind.vllm.serving(
      ServingOptions(),
      base: "/models/base",
      host: host,
      baseURL: "http://127.0.0.1:8000/v1",
      ledger: ledger
    )
    #expect(try await folder.open(ModelReference("/models/base")).name == "/models/base")
    await folder.close(ModelReference("/models/base"))
    #expect(host.requests.isEmpty)
    // The same letters in other bytes are another model's name.
    let twin = try ServingKind.vllm.serving(
      ServingOptions(),
      base: "/models/caf\u{e9}",
      host: host,
      baseURL: "http://127.0.0.1:8000/v1",
      ledger: ledger
    )
    _ = try? await twin.open(ModelReference("/models/cafe\u{301}"))
    #expect(!host.requests.isEmpty)
  }

  @Test func `are named in both ways on SGLang`() async throws {
    let serving = try serving(.sglang, host: host)
    let served = try await serving.open(ModelReference("/models/k03"))
    #expect(served == ServedModel(name: "base:k03", members: ["lora_path": "k03"]))
    #expect(host.requests == ["POST http://127.0.0.1:8000/load_lora_adapter"])
  }

  @Test func `left by a crash are unloaded by cleaning, and what cannot be is told`() async throws {
    server.loaded.withLock { $0["k01"] = "/models/k01" }
    ledger.add(RemoteResource(.adapter, id: "k01", job: "", host: "scripted"))
    ledger.add(RemoteResource(.adapter, id: "gone", job: "", host: "scripted"))
    ledger.add(RemoteResource(.deployment, id: "d", job: "", host: "scripted"))
    ledger.add(RemoteResource(.adapter, id: "theirs", job: "", host: "other"))
    ledger.add(RemoteResource(.file, id: "file", job: "", host: "scripted"))
    let left = try await serving(host: host).releaseAll(host: "scripted", ledger: ledger)
    #expect(left.map(\.resource.id) == ["d"])
    #expect(server.loaded.withLock { $0.isEmpty })
    #expect(ledger.ids == ["d", "theirs", "file"])
  }

  private func serving(_ kind: ServingKind = .vllm, host: ScriptedServer) throws -> any Serving {
    try HostsTests.serving(kind, host, ledger)
  }
}
