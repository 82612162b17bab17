import Experiment
import Synchronization
import Testing

@testable import Hosts

/// Runs a body on a clock that goes a minute at every look, and gives what was told by then.
private func told(_ body: () async throws -> Void) async throws -> [Wait] {
  let time = Mutex(0.0)
  let all = Mutex<[Wait]>([])
  let waits = Waits(
    now: {
      time.withLock {
        $0 += 60
        return $0
      }
    }
  ) { waits in all.withLock { $0 += waits } }
  try await Waits.$current.withValue(waits) { try await body() }
  return all.withLock { $0 }
}

private func patient(
  _ host: FakeHost,
  _ minutes: Int,
  ledger: ListLedger = ListLedger()
) throws -> HostedTrainer {
  try HostedTrainer(
    host: host,
    profile: .named(host.name),
    base: "base-model",
    ledger: ledger,
    longestWait: .seconds(minutes * 60)
  )
}

@Suite struct `waiting for a job` {
  @Test func `tells each state in the host's words, usual or not`() async throws {
    let host = FakeHost {
      $0.scripts = [
        [
          ["status": "queued"], ["status": "thawing", "error": ["message": "by hand"]],
          ["status": "succeeded", "error": [:]],
        ]
      ]
    }
    let waits = try await told { _ = try await trainer(host).train(job()) }
    #expect(waits.allSatisfy { $0.subject == "job ftjob-1 at openai" })
    #expect(waits.map(\.words) == ["queued", "thawing: by hand"])
    #expect(waits.map(\.isUsual) == [true, false])
  }

  @Test(arguments: ["paused", "thawing", "", "cancel_requested"])
  func `in an unclear state ends after a bound with the word, and the next run takes it up`(
    word: String
  ) async throws {
    let host = FakeHost { $0.scripts = [[["status": .string(word)]]] }
    let ledger = ListLedger()
    let error = await #expect(throws: HostError.self) {
      try await patient(host, 10, ledger: ledger).train(job())
    }
    #expect(error?.code == .jobFailed)
    #expect(error?.message.contains("'\(word.isEmpty ? "no state" : word)'") == true)
    let waited = host.now.waits.reduce(.zero, +)
    #expect((.seconds(540)...(.seconds(600))).contains(waited))
    host.change { $0.scripts = [[["status": "succeeded"]]] }
    #expect(try await patient(host, 10, ledger: ledger).train(job()).model.name == "ft:ftjob-1")
    #expect(host.now.jobsCreated == 1)
  }

  @Test func `that queues or runs has no end, and hope renews the bound`() async throws {
    let long = Array(repeating: ["status": "queued" as JSON], count: 100)
    let held = Array(repeating: ["status": "paused" as JSON], count: 12)
    let host = FakeHost {
      $0.scripts = [held + [["status": "running"]] + held + long + [["status": "succeeded"]]]
    }
    _ = try await patient(host, 8).train(job())
    #expect(host.now.waits.reduce(.zero, +) > .seconds(1_800))
  }

  @Test(arguments: [
    "archived", "deleted", "suspended", "stopped", "JOB_STATE_CANCELLED", "aborted_by_host",
  ])
  func `that was put away is an error at once, with the word`(word: String) async throws {
    let host = FakeHost { $0.scripts = [[["status": "running"], ["status": .string(word)]]] }
    let error = await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    #expect(error?.code == .jobFailed && error?.message.contains("'\(word)'") == true)
    #expect(host.now.jobsCreated == 1)
  }

  @Test(arguments: [
    ("paused", "blocked by our safety systems"), ("paused_for_safety", ""),
    ("on_hold", "usage policies"),
  ])
  func `that moderation holds is an error at once`(word: String, message: String) async throws {
    let step: [String: JSON] = ["status": .string(word), "error": ["message": .string(message)]]
    let host = FakeHost { $0.scripts = [[step]] }
    let error = await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    #expect(error?.code == .moderation && error?.message.contains("rejected") == true)
    #expect(host.now.waits.count == 1 && host.now.jobsCreated == 1)
  }

  @Test func `uses no file that was put away`() async throws {
    let wire = OpenAIJobs(
      calls: JobCalls(
        host: AnsweringHost(name: "openai") { _, _ in ["status": "deleted"] },
        pause: .zero
      ),
      profile: try #require(try HostProfile.named("openai").training)
    )
    #expect(try await wire.isReady(file: "file-1") == false)
  }

  @Test func `that failed without a reason is called by its word`() async throws {
    let host = FakeHost { $0.scripts = [[["status": "timeout"]]] }
    let error = await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    #expect(error?.message.contains("timeout") == true)
    #expect(host.now.jobsCreated == 3)
  }
}

@Suite struct `waiting for a place` {
  private static func full(
    _ code: HostError.Code,
    _ times: Int,
    pause: Duration? = nil
  ) -> [FakeHost.Fault] {
    let error = HostError(code, "8 jobs a day", status: 429, hostCode: "limit", pause: pause)
    return Array(repeating: .refused(error), count: times)
  }

  @Test func `tells the limit in the host's words and until when`() async throws {
    let host = FakeHost { $0.jobFaults = Self.full(.later, 1, pause: .seconds(7_200)) }
    let waits = try await told { _ = try await trainer(host).train(job()) }
    let wait = try #require(waits.first { $0.words == "8 jobs a day" })
    #expect(wait.subject == "a place for a fine-tuning job at openai" && !wait.isUsual)
    #expect(wait.until != nil)
    #expect(host.now.waits.first == .seconds(7_200))
    #expect(host.now.jobsCreated == 1)
  }

  @Test func `ends at once where the host names a later hour than is waited for`() async throws {
    let host = FakeHost { $0.jobFaults = Self.full(.later, 9, pause: .seconds(50_000)) }
    let error = await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    #expect(error?.code == .later && error?.isLasting == true)
    #expect(error?.message.contains("8 jobs a day") == true)
    #expect(error?.pause == .seconds(50_000))
    #expect(host.now.waits.isEmpty)
  }

  @Test(arguments: [HostError.Code.later, .jobLimit, .rateLimited])
  func `ends after the bound where the host names none`(code: HostError.Code) async throws {
    let host = FakeHost { $0.jobFaults = Self.full(code, 100) }
    let error = await #expect(throws: HostError.self) { try await patient(host, 10).train(job()) }
    #expect(error?.code == .later && error?.hostCode == "limit")
    let waited = host.now.waits.reduce(.zero, +)
    #expect((.seconds(540)...(.seconds(600))).contains(waited))
    #expect(host.now.jobsCreated == 0)
  }

  @Test func `leaves nothing behind that hinders the next run, where jobs cannot be listed`()
    async throws
  {
    var profile = try HostProfile.named("openai")
    profile.training?.lists = false
    let host = FakeHost { $0.jobFaults = Self.full(.later, 1, pause: .seconds(50_000)) }
    let ledger = ListLedger()
    let first = try trainer(host, ledger: ledger, profile: profile)
    await #expect(throws: HostError.self) { try await first.train(job()) }
    _ = try await trainer(host, ledger: ledger, profile: profile).train(job())
    #expect(host.now.jobsCreated == 1)
  }
}

@Suite struct `what a host reports of hyperparameters` {
  @Test(
    arguments: [
      -1, 0, nil, "auto", "", [:], ["type": "auto"], true, 1.5, "nan", [3], -0.5,
    ] as [JSON]
  )
  func `is not what was used where it cannot be`(value: JSON) async throws {
    for place in ["hyperparameters", "method"] {
      let values: JSON = ["n_epochs": value, "batch_size": value]
      let host = FakeHost {
        $0.overrides = [
          place: place == "method" ? ["supervised": ["hyperparameters": values]] : values
        ]
      }
      let trained = try await trainer(host).train(job())
      #expect(trained.hyperparameters == HostedTrainer.pinned)
    }
  }

  @Test(arguments: [-1, 0, nil, "auto", ["value": "auto"], "inf", -2e-5] as [JSON])
  func `is no rate where it cannot be`(value: JSON) async throws {
    for name in ["nebius", "together", "mistral"] {
      let host = FakeHost(
        name: name,
        modelMember: name == "together" ? "model_output_name" : "fine_tuned_model"
      ) {
        $0.overrides = ["hyperparameters": ["learning_rate": value], "learning_rate": value]
        $0.scripts = [[["status": "completed"]]]
      }
      let trained = try await trainer(host).train(job())
      #expect(trained.hyperparameters.learningRateMultiplier == 1)
    }
  }

  @Test func `counts also as text, and from the first place that tells it`() async throws {
    let host = FakeHost {
      $0.overrides = [
        "method": ["supervised": ["hyperparameters": ["n_epochs": "auto", "batch_size": -1]]],
        "hyperparameters": [
          "n_epochs": "3", "batch_size": "16", "learning_rate_multiplier": "0.5",
        ],
        "trained_tokens": -1,
      ]
      $0.scripts = [[["status": "succeeded"]]]
    }
    let trained = try await trainer(host).train(job())
    let told = Hyperparameters(epochs: 3, batchSize: 16, learningRateMultiplier: 0.5)
    #expect(trained.hyperparameters == told)
    #expect(trained.tokens == 0)
  }
}
