import Experiment
import Hosts
import Testing

@Suite struct `the catalogue of hosts` {
  @Test(arguments: HostRegistry.builtIn.names.filter { $0 != "command" })
  func `has a complete profile for each name`(name: String) throws {
    let profile = try HostProfile.named(name)
    #expect(profile.name == name)
    #expect(!profile.title.isEmpty)
    #expect(profile.training != nil || profile.scoring != nil)
    if let address = profile.baseURL {
      #expect(ServerAddress.origin(of: address).hasPrefix("http"))
      #expect(!address.hasSuffix("/"))
      #expect(address.hasPrefix("https://") || address.hasPrefix("http://127.0.0.1:"))
    } else {
      #expect(profile.environment?.baseURL != nil)
    }
    if profile.authorization != .none { #expect(profile.environment?.key != nil) }
    if let scoring = profile.scoring {
      #expect(!scoring.methods.isEmpty)
      #expect(scoring.batch >= 1)
    } else {
      #expect(profile.notes?.contains { $0.contains("cannot be read") } == true)
    }
    for note in profile.notes ?? [] {
      #expect(note.hasSuffix("."))
      #expect(!note.contains("\n"))
    }
    guard let training = profile.training else { return }
    #expect(training.parallelJobs >= 1)
    #expect(training.minimumExamples >= 1)
    // Without a tag and a list, a lost reply could only end a run.
    #expect(training.lists != false)
    #expect(training.tag != nil)
    _ = try HostedTrainer(
      host: FakeHost(name: name),
      profile: profile,
      base: nil,
      ledger: MemoryLedger(),
      account: "acme"
    )
  }

  @Test func `names those on this machine first`() {
    #expect(
      HostRegistry.builtIn.names == [
        "command", "azure", "fireworks", "llama.cpp", "mistral", "nebius", "openai", "sandbox",
        "sglang", "tgi", "together", "vllm",
      ]
    )
  }

  @Test func `names ways to read losses, the exact ones first`() {
    #expect(
      HostRegistry.builtIn.methods.map(\.name) == [
        "echo", "prompt-logprobs", "sglang", "tgi", "token-walk", "first-token", "generated-path",
      ]
    )
  }

  @Test func `knows a way to read losses by its name`() throws {
    #expect(try HostRegistry.builtIn.method(named: "auto") == nil)
    #expect(try HostRegistry.builtIn.method(named: "sglang") == .sglang)
    let error = #expect(throws: HostError.self) { try HostRegistry.builtIn.method(named: "ecko") }
    #expect(error?.message.hasPrefix("unknown scoring method 'ecko'; known: auto, echo, ") == true)
  }

  @Test func `has one kind of everything that a profile may name`() {
    let hosts = HostRegistry.builtIn
    #expect(
      ["openai", "together", "fireworks"].map { hosts.kind(named: $0) } == [
        JobWireKind.openai, .together, .fireworks,
      ]
    )
    #expect(
      ["direct", "vllm", "sglang", "llama.cpp", "azure", "fireworks", "together"].allSatisfy {
        hosts.kind(named: $0).map { (kind: ServingKind) in kind.name } == $0
      }
    )
    #expect(
      ["vllm", "sglang", "llama.cpp"].map { hosts.kind(named: $0) } == [
        Tokenizer.vllm, .sglang, .llamaCpp,
      ]
    )
  }
}

extension HostProfile {
  /// The profile of a host that comes with the program.
  static func named(_ name: String) throws -> HostProfile {
    try #require(HostRegistry.builtIn[name]?.profile)
  }
}
