import Experiment
import Hosts
import Synchronization
import Testing

/// A trainer on a host in memory.
func trainer(
  _ host: FakeHost,
  ledger: ListLedger = ListLedger(),
  profile: HostProfile? = nil
) throws -> HostedTrainer {
  try HostedTrainer(
    host: host,
    profile: try profile ?? .named(host.name),
    base: "base-model",
    ledger: ledger
  )
}

/// A small job.
func job(
  _ key: String = "0123456789abcdef0123456789abcdef",
  start: String? = nil,
  weights: [Double]? = nil,
  hyperparameters: Hyperparameters = Hyperparameters(),
  seed: UInt64 = 7,
  keepsCheckpoints: Bool = false
) -> ModelJob {
  ModelJob(
    key: key,
    start: start.map { ModelReference($0) },
    examples: [
      Example(id: "secret-id", prompt: .text("1+1="), completion: "2", tags: ["secret-tag"]),
      Example(id: "b", prompt: .text("say \"hé\""), completion: "hé"),
    ],
    weights: weights,
    hyperparameters: hyperparameters,
    seed: seed,
    keepsCheckpoints: keepsCheckpoints
  )
}

extension HostedTrainer {
  func train(_ job: ModelJob) async throws -> TrainedModel { try await train(job) { _ in } }
}

@Suite struct `a hosted trainer` {
  @Test func `uploads, creates, polls and writes down what it made`() async throws {
    let host = FakeHost()
    let ledger = ListLedger()
    let shown = Mutex<[Double]>([])
    let trained = try await trainer(host, ledger: ledger).train(job()) { progress in
      shown.withLock { $0.append(progress.fraction) }
    }
    #expect(trained.model.name == "ft:ftjob-1")
    #expect(trained.tokens == 700)
    #expect(trained.hyperparameters == HostedTrainer.pinned)
    #expect(ledger.ids(.file) == ["file-1"])
    #expect(ledger.ids(.job) == ["ftjob-1"])
    #expect(ledger.ids(.model) == ["ft:ftjob-1"])
    #expect(shown.withLock { $0 } == [1])
    let file = try #require(host.now.files.first)
    #expect(file.name == "daunce-0123456789abcdef0123456789abcdef.jsonl")
    let text = String(decoding: file.content, as: UTF8.self)
    #expect(
      text == """
        {"prompt":"1+1=","completion":"2"}
        {"prompt":"say \\"hé\\"","completion":"hé"}

        """
    )
  }

  @Test func `pins every hyperparameter, the seed and the tag in the body`() async throws {
    let host = FakeHost()
    let asked = Hyperparameters(epochs: 2)
    _ = try await trainer(host).train(job(hyperparameters: asked, seed: 0x1_8000_0005))
    #expect(
      host.orders == [
        [
          "model": "base-model", "training_file": "file-1", "seed": 5,
          "suffix": "daunce-0123456789ab",
          "metadata": ["daunce_job": "0123456789abcdef0123456789abcdef"],
          "method": [
            "type": "supervised",
            "supervised": [
              "hyperparameters": [
                "n_epochs": 2, "batch_size": 32, "learning_rate_multiplier": 1,
              ]
            ],
          ],
        ]
      ]
    )
  }

  @Test func `continues from a tuned model by its name`() async throws {
    let host = FakeHost()
    _ = try await trainer(host).train(job(start: "ft:theta0"))
    #expect(host.orders.first?["model"] == "ft:theta0")
  }

  @Test func `keeps what the host echoes where it differs from what was asked`() async throws {
    let host = FakeHost {
      $0.overrides["method"] = [
        "supervised": ["hyperparameters": ["n_epochs": 3, "batch_size": "auto"]]
      ]
      $0.overrides["hyperparameters"] = ["learning_rate_multiplier": 0.5]
    }
    let trained = try await trainer(host).train(job())
    let echoed = Hyperparameters(epochs: 3, batchSize: 32, learningRateMultiplier: 0.5)
    #expect(trained.hyperparameters == echoed)
  }

  @Test(arguments: [FakeHost.Fault.lostReply, .garbled])
  func `creates one job when the reply to its creation is lost`(fault: FakeHost.Fault) async throws
  {
    let host = FakeHost {
      $0.jobFaults = [fault]
      $0.hiddenListings = 2  // before the creation, and once after it
    }
    let ledger = ListLedger()
    let trained = try await trainer(host, ledger: ledger).train(job())
    #expect(trained.model.name == "ft:ftjob-1")
    #expect(host.now.jobsCreated == 1)
    #expect(ledger.ids(.job) == ["ftjob-1"])
  }

  @Test func `adopts by the training file where the host gives back no tags`() async throws {
    let host = FakeHost {
      $0.jobFaults = [.lostReply]
      $0.echoesTags = false
    }
    _ = try await trainer(host).train(job())
    #expect(host.now.jobsCreated == 1)
  }

  @Test func `never adopts another key's job`() async throws {
    let host = FakeHost()
    let trainer = try trainer(host)
    _ = try await trainer.train(job("a"))
    #expect(try await trainer.train(job("b")).model.name == "ft:ftjob-2")
  }

  @Test func `creates again when the lost request made nothing`() async throws {
    let host = FakeHost { $0.jobFaults = [.lostRequest] }
    _ = try await trainer(host).train(job())
    #expect(host.now.jobsCreated == 1)
    #expect(host.now.calls.count { $0.method == "GET" && $0.path == "/fine_tuning/jobs" } == 6)
  }

  @Test func `gives up when creation after creation is lost`() async throws {
    let host = FakeHost { $0.jobFaults = Array(repeating: .lostRequest, count: 9) }
    let error = await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    #expect(error?.code == .unknownOutcome)
    #expect(host.orders.count == 3)
  }

  @Test func `asks once only where jobs cannot be listed, also after a crash`() async throws {
    let host = FakeHost { $0.jobFaults = [.lostReply] }
    var profile = try HostProfile.named("openai")
    profile.training?.lists = false
    let ledger = ListLedger()
    for _ in 0..<2 {
      let trainer = try trainer(host, ledger: ledger, profile: profile)
      let error = await #expect(throws: HostError.self) { try await trainer.train(job()) }
      #expect(error?.code == .unknownOutcome)
      #expect(error?.message.contains("cannot list its jobs") == true)
    }
    #expect(host.orders.count == 1)
  }

  @Test func `needs no list where nothing is lost`() async throws {
    let host = FakeHost()
    var profile = try HostProfile.named("openai")
    profile.training?.lists = false
    let ledger = ListLedger()
    _ = try await trainer(host, ledger: ledger, profile: profile).train(job())
    #expect(ledger.ids(.job) == ["ftjob-1"])
  }

  @Test func `adopts a job that a dead process created but did not write down`() async throws {
    let host = FakeHost()
    let ledger = ListLedger()
    _ = try await trainer(host, ledger: ledger).train(job())
    for resource in try ledger.resources(job: nil) where resource.kind != .file {
      ledger.forget(resource)
    }
    host.change { $0.hiddenListings = 1 }
    let trained = try await trainer(host, ledger: ledger).train(job())
    #expect(trained.model.name == "ft:ftjob-1")
    #expect(host.now.jobsCreated == 1)
    #expect(host.now.files.count == 1)
    #expect(ledger.ids(.job) == ["ftjob-1"])
  }

  @Test func `takes up a job that the ledger knows without listing or uploading`() async throws {
    let host = FakeHost()
    let ledger = ListLedger()
    _ = try await trainer(host, ledger: ledger).train(job())
    host.change { $0.calls = [] }
    _ = try await trainer(host, ledger: ledger).train(job())
    #expect(host.now.calls.map(\.path) == ["/fine_tuning/jobs/ftjob-1"])
  }

  @Test func `does not adopt cancelled jobs`() async throws {
    let host = FakeHost { $0.scripts = [[["status": "cancelled"]], [["status": "succeeded"]]] }
    let ledger = ListLedger()
    let first = await #expect(throws: HostError.self) {
      try await trainer(host, ledger: ledger).train(job())
    }
    #expect(first?.code == .jobFailed)
    let trained = try await trainer(host, ledger: ledger).train(job())
    #expect(trained.model.name == "ft:ftjob-2")
  }

  @Test func `leaves a job running when cancelled, and adopts it`() async throws {
    let host = FakeHost { $0.scripts = [[["status": "running"]]] }
    let ledger = ListLedger()
    let task = Task { try await trainer(host, ledger: ledger).train(job()) }
    while host.now.waits.count < 20 { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!host.now.calls.contains { $0.purpose == .remove })
    host.change { $0.scripts = [[["status": "succeeded"]]] }
    _ = try await trainer(host, ledger: ledger).train(job())
    #expect(host.now.jobsCreated == 1)
  }

  @Test func `waits longer and longer between looks`() async throws {
    let host = FakeHost {
      let running: [String: JSON] = ["status": "running", "trained_steps": 1, "total_steps": 4]
      $0.scripts = [Array(repeating: running, count: 20) + [["status": "succeeded"]]]
    }
    _ = try await trainer(host).train(job())
    let waits = host.now.waits
    #expect(waits.first == .seconds(1))
    #expect(waits.last == .seconds(30))
    #expect(waits == waits.sorted())
  }
}
