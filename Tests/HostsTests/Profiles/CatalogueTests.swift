import Experiment
import Hosts
import Testing

@Suite struct `the catalogue of hosts` {
  @Test(arguments: HostProfile.names)
  func `has a complete profile for each name`(name: String) throws {
    let profile = try HostProfile.named(name)
    #expect(profile.name == name)
    #expect(!profile.title.isEmpty)
    #expect(profile.training != nil || profile.scoring != nil)
    if let address = profile.baseURL {
      #expect(HostProfile.origin(of: address)?.hasPrefix("http") == true)
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

  @Test func `names the hosts of the first version`() {
    #expect(
      HostProfile.names == [
        "azure", "fireworks", "llama.cpp", "mistral", "nebius", "openai", "sandbox", "sglang",
        "tgi",
        "together", "vllm",
      ]
    )
  }

  @Test func `says which names it knows`() {
    let error = #expect(throws: HostError.self) { try HostProfile.named("opanai") }
    #expect(error?.code == .configuration)
    #expect(error?.message.contains("unknown provider 'opanai'; known are azure,") == true)
  }

  @Test func `bytes that are no UTF-8 are an error, also in a bare key`() {
    let error = #expect(throws: HostError.self) {
      try HostProfile.read(
        json5: Array("{ n".utf8) + [0xE4] + Array("me: \"x\" }".utf8),
        file: "my.json5"
      )
    }
    #expect(error?.message == "my.json5: not valid UTF-8")
  }

  @Test(arguments: [
    ("{ name: \"a\", title: \"A\", authorization: \"none\", titel: \"A\" }", "unknown key 'titel'"),
    (
      """
      { name: "a", title: "A", authorization: "none", training: { wire: "openai", parallelJobs: 1,
        minimumExamples: 1, continuesTuned: true, hyperparameters: { place: "body", epochs: "e",
        learningRate: "r", batch: "b" } } }
      """, "unknown key 'training.hyperparameters.batch'; known there are place, epochs, batchSize"
    ),
    ("{ name: \"a\", authorization: \"none\" }", "no 'title'"),
    ("{ name: \"a\", title: \"A\", authorization: \"basic\" }", "'authorization' has a value"),
    ("{ name: \"a\", title: 3, authorization: \"none\" }", "'title' has a value"),
    ("{ name: ", "my.json5: "), ("[]", "my.json5: "),
  ])
  func `refuses a user's profile with a clear word`(text: String, words: String) {
    let error = #expect(throws: HostError.self) {
      try HostProfile.read(json5: Array(text.utf8), file: "my.json5")
    }
    #expect(error?.code == .configuration)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
    #expect(error?.message.hasPrefix("my.json5: ") == true)
  }

  @Test func `passes on members it does not know where they are the host's own`() throws {
    let profile = try HostProfile.named("together")
    #expect(profile.training?.members?["training_type"]?["lora_r"] == 16)
    #expect(profile.training?.hyperparameters?.members?["packing"] == false)
  }

  @Test(arguments: [
    "https://x.openai.azure.com", "https://x.openai.azure.com/",
    "https://x.openai.azure.com/openai/v1", "https://x.openai.azure.com/openai/v1/",
  ])
  func `adds the base path once`(address: String) throws {
    let completed = try HostProfile.named("azure").completed(address)
    #expect(completed == "https://x.openai.azure.com/openai/v1")
  }
}
