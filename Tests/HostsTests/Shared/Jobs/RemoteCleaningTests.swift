import Experiment
import Hosts
import Testing

@Suite struct `cleaning up at a host` {
  private func cleaning(_ host: FakeHost, _ ledger: ListLedger) throws -> RemoteCleaning {
    try RemoteCleaning(host: host, profile: .named(host.name), ledger: ledger)
  }

  private func results(_ outcomes: [RemoteCleaning.Outcome]) -> [String] {
    outcomes.map { "\($0.resource.kind.rawValue) \($0.resource.id): \($0.result)" }
  }

  @Test func `deletes the model and the file of a finished job, and forgets them`() async throws {
    let host = FakeHost()
    let ledger = ListLedger()
    _ = try await trainer(host, ledger: ledger).train(job())
    let outcomes = try await cleaning(host, ledger).clean()
    #expect(
      results(outcomes) == [
        "model ft:ftjob-1: deleted", "file file-1: deleted", "job ftjob-1: ended",
      ]
    )
    #expect(host.now.models.isEmpty)
    #expect(host.now.files.isEmpty)
    #expect(try ledger.resources(job: nil).isEmpty)
    #expect(try await cleaning(host, ledger).clean().isEmpty)
  }

  @Test func `a run that is resumed after it does not adopt a job whose model it deleted`()
    async throws
  {
    let host = FakeHost()
    let ledger = ListLedger()
    _ = try await trainer(host, ledger: ledger).train(job())
    _ = try await cleaning(host, ledger).clean()
    let trained = try await trainer(host, ledger: ledger).train(job())
    #expect(trained.model.name == "ft:ftjob-2")
    #expect(host.now.models == ["ft:ftjob-2"])
  }

  @Test func `touches nothing of others`() async throws {
    let host = FakeHost()
    let mine = ListLedger()
    let theirs = ListLedger()
    _ = try await trainer(host, ledger: mine).train(job("mine"))
    _ = try await trainer(host, ledger: theirs).train(job("theirs"))
    let elsewhere = RemoteResource(.file, id: "file-2", job: "mine", host: "other")
    let deployment = RemoteResource(.deployment, id: "d", job: "mine", host: "openai")
    try mine.add(elsewhere)
    try mine.add(deployment)
    _ = try await cleaning(host, mine).clean(jobKeys: ["mine"])
    #expect(host.now.models == ["ft:ftjob-2"])
    #expect(host.now.files.map(\.id) == ["file-2"])
    #expect(try mine.resources(job: nil) == [elsewhere, deployment])
  }

  @Test func `cancels what runs`() async throws {
    let host = FakeHost { $0.scripts = [[["status": "running"]]] }
    let ledger = ListLedger()
    let task = Task { try await trainer(host, ledger: ledger).train(job()) }
    while ledger.ids(.job).isEmpty { await Task.yield() }
    task.cancel()
    _ = await task.result
    let outcomes = try await cleaning(host, ledger).clean()
    #expect(results(outcomes) == ["file file-1: deleted", "job ftjob-1: ended"])
    #expect(host.now.jobs.first?.members["status"] == "cancelled")
  }

  @Test func `deletes also what a crash left unwritten, the model of a job included`() async throws
  {
    let host = FakeHost()
    _ = try await trainer(host).train(job())
    let key = job().key
    let outcomes = try await cleaning(host, ListLedger()).clean(jobKeys: [key])
    #expect(
      results(outcomes) == [
        "model ft:ftjob-1: deleted", "file file-1: deleted", "job ftjob-1: ended",
      ]
    )
  }

  @Test func `deletes also the twin of a file whose upload was cut off`() async throws {
    let host = FakeHost()
    let ledger = ListLedger()
    _ = try await trainer(host, ledger: ledger).train(job())
    host.change { state in
      if let file = state.files.first { state.files.append(("file-twin", file.name, file.content)) }
      state.files.append(("file-other", "other.jsonl", []))
    }
    let outcomes = try await cleaning(host, ledger).clean(jobKeys: [job().key])
    #expect(results(outcomes).contains("file file-twin: deleted"))
    #expect(host.now.files.map(\.id) == ["file-other"])
  }

  @Test func `goes on after failures and counts what is gone as gone`() async throws {
    let host = FakeHost()
    let ledger = ListLedger()
    for key in ["a", "b"] { _ = try await trainer(host, ledger: ledger).train(job(key)) }
    host.change {
      $0.models.remove("ft:ftjob-1")
      $0.deletionFault["ft:ftjob-2"] = HostError(.credentials, "only owners may", status: 403)
      $0.jobs.removeFirst()
    }
    let outcomes = try await cleaning(host, ledger).clean()
    #expect(
      Set(results(outcomes)) == [
        "job ftjob-1: gone", "model ft:ftjob-1: gone",
        "model ft:ftjob-2: kept(\"only owners may\")",
        "file file-1: deleted", "file file-2: deleted", "job ftjob-2: ended",
      ]
    )
    #expect(ledger.ids(.model) == ["ft:ftjob-2"])
  }

  @Test func `says what the host has no call for`() async throws {
    let host = FakeHost(name: "together", modelMember: "model_output_name") {
      $0.scripts = [[["status": "completed"]]]
    }
    let ledger = ListLedger()
    try ledger.add(RemoteResource(.model, id: "acme/m", job: "a", host: "together"))
    let outcomes = try await cleaning(host, ledger).clean()
    #expect(
      results(outcomes) == ["model acme/m: kept(\"together has no call to delete a model\")"]
    )
  }

  @Test func `says where a job may exist that nobody can list`() async throws {
    let host = FakeHost()
    let ledger = ListLedger()
    try ledger.add(RemoteResource(.job, id: "", job: "a", host: "openai"))
    let outcomes = try await cleaning(host, ledger).clean()
    #expect(outcomes.map(\.result) == [.kept("it may exist; look at the host's console")])
    #expect(host.now.calls.isEmpty)
  }
}
