import Experiment
import Hosts
import Synchronization
import Testing

private func failed(_ code: String?, _ message: String) -> [[String: JSON]] {
  let error: JSON = code.map { ["code": .string($0), "message": .string(message)] } ?? [:]
  return [["status": "running"], ["status": "failed", "error": error]]
}

@Suite struct `a job that goes wrong` {
  @Test func `is created anew when the host failed it`() async throws {
    let host = FakeHost {
      $0.scripts = [
        failed("server_error", "please retry"), failed(nil, ""), [["status": "succeeded"]],
      ]
    }
    #expect(try await trainer(host).train(job()).model.name == "ft:ftjob-3")
    #expect(host.now.jobsCreated == 3)
    #expect(host.now.files.count == 1)
  }

  @Test func `is given up after three, also by later processes`() async throws {
    let host = FakeHost { $0.scripts = [failed("server_error", "out of memory")] }
    let ledger = ListLedger()
    for _ in 0..<2 {
      let error = await #expect(throws: HostError.self) {
        try await trainer(host, ledger: ledger).train(job())
      }
      #expect(error?.code == .jobFailed)
      #expect(error?.message.contains("out of memory") == true)
    }
    #expect(host.now.jobsCreated == 3)
  }

  @Test func `counts failures that only the host remembers`() async throws {
    let host = FakeHost { $0.scripts = [failed("server_error", "oom")] }
    await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    #expect(host.now.jobsCreated == 3)
  }

  @Test(arguments: [
    ("moderation_error", "The file was blocked by moderation", HostError.Code.moderation),
    ("server_error", "An error while running a refusals evaluation: refusals eval", .moderation),
    ("unsafe_file", "This training file violates our usage policies", .moderation),
    ("invalid_training_file", "The job failed due to an invalid file", .refused),
    ("billing_limit", "limit reached", .credit),
  ])
  func `is terminal when data or account are at fault`(
    code: String,
    message: String,
    expected: HostError.Code
  ) async throws {
    let host = FakeHost { $0.scripts = [failed(code, message)] }
    let error = await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    #expect(error?.code == expected)
    #expect(error?.message.contains(message) == true)
    #expect(host.now.jobsCreated == 1)
  }

  @Test func `stays refused on resume, but credit may have come back`() async throws {
    let refused = FakeHost { $0.scripts = [failed("x", "moderation"), [["status": "succeeded"]]] }
    let ledger = ListLedger()
    for _ in 0..<2 {
      let error = await #expect(throws: HostError.self) {
        try await trainer(refused, ledger: ledger).train(job())
      }
      #expect(error?.code == .moderation)
    }
    #expect(refused.now.jobsCreated == 1)

    let broke = FakeHost { $0.scripts = [failed("x", "no credit"), [["status": "succeeded"]]] }
    let other = ListLedger()
    await #expect(throws: HostError.self) { try await trainer(broke, ledger: other).train(job()) }
    #expect(try await trainer(broke, ledger: other).train(job()).model.name == "ft:ftjob-2")
  }

  @Test func `waits while too many jobs are under way`() async throws {
    let host = FakeHost {
      $0.jobFaults = [
        .refused(HostError(.jobLimit, "limit", status: 429)),
        .refused(HostError(.refused, "Max 3 concurrent fine-tunes are allowed", status: 400)),
        .refused(HostError(.refused, "a similar job is active", status: 409)),
        .refused(HostError(.rateLimited, "slow down", status: 429)),
      ]
      $0.scripts = [[["status": "succeeded"]]]
    }
    _ = try await trainer(host).train(job())
    #expect(host.now.jobsCreated == 1)
    #expect(host.now.waits.prefix(4) == [.seconds(2), .seconds(3), .seconds(4.5), .seconds(6.75)])
  }

  @Test func `does not wait when the refusal is about something else`() async throws {
    let host = FakeHost {
      $0.jobFaults = [.refused(HostError(.refused, "suffix is too long", status: 400))]
    }
    let error = await #expect(throws: HostError.self) { try await trainer(host).train(job()) }
    #expect(error?.message == "suffix is too long")
    #expect(host.orders.count == 1)
  }

  @Test func `goes on through statuses nobody knows`() async throws {
    let host = FakeHost {
      $0.scripts = [[["status": "pausing"], ["status": 7], ["status": "succeeded"]]]
    }
    _ = try await trainer(host).train(job())
    #expect(host.now.jobsCreated == 1)
  }

  @Test func `may be unknown to the host for a while after its creation`() async throws {
    let host = FakeHost { $0.hiddenLooks = 5 }
    _ = try await trainer(host).train(job())
    #expect(host.now.jobsCreated == 1)
  }

  @Test func `that vanished is an error, and the next run makes another`() async throws {
    let host = FakeHost { $0.hiddenLooks = 9 }
    let ledger = ListLedger()
    let error = await #expect(throws: HostError.self) {
      try await trainer(host, ledger: ledger).train(job())
    }
    #expect(error?.code == .jobFailed)
    host.change { $0.jobs = [] }
    #expect(try await trainer(host, ledger: ledger).train(job()).model.name == "ft:ftjob-2")
    #expect(ledger.ids(.job) == ["ftjob-2"])
  }

  @Test func `is not disturbed by an upload whose reply was lost`() async throws {
    for fault in [FakeHost.Fault.lostReply, .garbled, .lostRequest] {
      let host = FakeHost { $0.fileFaults = [fault] }
      _ = try await trainer(host).train(job())
      #expect(host.now.files.count == 1)
      #expect(host.orders.first?["training_file"] == "file-1")
    }
  }

  @Test func `uploads its file again when the host has lost it`() async throws {
    let host = FakeHost()
    let ledger = ListLedger()
    try ledger.add(
      RemoteResource(.file, id: "file-old", job: job().key, host: "openai")
    )
    _ = try await trainer(host, ledger: ledger).train(job())
    #expect(ledger.ids(.file) == ["file-1"])
  }

  @Test func `cannot be weighted or continued where the host cannot`() async throws {
    let host = FakeHost(name: "nebius")
    for job in [job(weights: [1, 2]), job(start: "ft:x")] {
      let error = await #expect(throws: HostError.self) { try await trainer(host).train(job) }
      #expect(error?.code == .unsupported)
    }
    #expect(host.now.calls.isEmpty)
    _ = try await trainer(host).train(job(weights: [1, 1]))
  }

  @Test func `shows progress from events, and minds none that are a stream`() async throws {
    for (events, expected) in [
      ("{\"data\":[{\"data\":{\"step\":1,\"total_steps\":4}},{\"data\":null}]}", [0.25, 1]),
      ("data: {\"id\": \"ftevent\"}\n\n", [1]),
    ] {
      let host = FakeHost { $0.events = Array(events.utf8) }
      let shown = Mutex<[Double]>([])
      _ = try await trainer(host).train(job()) { progress in
        shown.withLock { $0.append(progress.fraction) }
      }
      #expect(shown.withLock { $0 } == expected)
    }
  }

  @Test func `gives its checkpoints in order, the model last`() async throws {
    let host = FakeHost {
      $0.checkpoints = [40, 20].map {
        ["step_number": .number($0), "fine_tuned_model_checkpoint": .string("ckpt-\(Int($0))")]
      }
    }
    let asked = Hyperparameters(epochs: 2)
    let trained = try await trainer(host).train(
      job(hyperparameters: asked, keepsCheckpoints: true)
    )
    #expect(trained.checkpoints.map(\.name) == ["ckpt-20", "ft:ftjob-1"])
  }
}
