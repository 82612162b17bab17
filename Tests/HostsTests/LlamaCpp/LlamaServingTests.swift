import Experiment
import Hosts
import Testing

@Suite struct `adapters of a llama.cpp server` {
  private let host = ScriptedServer { _ in
    .json([
      ["id": 0, "path": "/a/first.gguf", "scale": 1],
      ["id": 1, "path": "/b/second.gguf", "scale": 0],
    ])
  }

  private func open(_ name: String?, on host: ScriptedServer) async throws -> ServedModel {
    try await serving(.llamaCpp, host, MemoryLedger()).open(name.map(ModelReference.init))
  }

  @Test(arguments: ["lora:1", "/b/second.gguf", "second.gguf", "second"])
  func `are switched on alone, however they are named`(name: String) async throws {
    let served = try await open(name, on: host)
    #expect(served.members["lora"] == [["id": 0, "scale": 0], ["id": 1, "scale": 1]])
    #expect(served.members["cache_prompt"] == false)
    #expect(host.requests == ["GET http://127.0.0.1:8000/lora-adapters"])
  }

  @Test func `are all switched off for the base`() async throws {
    let members = try await open(nil, on: host).members
    #expect(members["lora"] == [["id": 0, "scale": 0], ["id": 1, "scale": 0]])
    #expect(members["cache_prompt"] == false)
  }

  @Test func `that do not exist are an error that names those that do`() async throws {
    let error = await #expect(throws: HostError.self) { _ = try await open("third", on: host) }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("lora:0 '/a/first.gguf'") == true)
  }

  @Test func `are not mentioned to a server without any`() async throws {
    let served = try await open(nil, on: ScriptedServer { _ in .json([]) })
    #expect(served == ServedModel(name: "base"))
  }
}
