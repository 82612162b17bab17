import Experiment
import Foundation
import ReferenceModels
import TestSupport
import Testing

@testable import Sandbox

@Suite(.timeLimit(.minutes(4))) struct JobTests {
  @Test func `a job trains what the reference model trains, and tells its history`() async throws {
    let home = try TemporaryFolder()
    let provider = try Rehearsal.provider(home)
    try await Rehearsal.with(provider: provider) { (client) async throws in
      let file = try client.upload(Rehearsal.file)
      let id = try client.job(file, #","suffix":"run7","metadata":{"run":"7"}"#)
      let job = try await client.outcome(id)
      #expect(job["status"].string == "succeeded" && job["error"].isNull)
      let model = try #require(job["fine_tuned_model"].string)
      #expect(model.hasPrefix("ft:reference:sandbox:run7:"))
      #expect(job["seed"].int == 7 && job["metadata"]["run"].string == "7")
      let method = job["method"]["supervised"]["hyperparameters"]
      #expect(method["n_epochs"].int == 2 && job["hyperparameters"]["batch_size"].int == 4)

      let examples = try ExampleFile.parse(Array(Rehearsal.file.utf8), role: .train, file: "f")
      let trained = try await provider.train(
        ModelJob(
          key: "same",
          start: nil,
          examples: examples,
          hyperparameters: Hyperparameters(epochs: 2, batchSize: 4, learningRateMultiplier: 1),
          seed: 7
        )
      ) { _ in }
      #expect(job["trained_tokens"].int == trained.tokens)
      let expected = try await provider.read(examples, under: trained.model)
      #expect(try await provider.read(examples, under: ModelReference(id)) == expected)

      let events = try client.call("GET", "/v1/fine_tuning/jobs/\(id)/events?limit=2").json
      #expect(events["has_more"].bool == true)
      #expect(events["data"][0]["message"].string == "The job has successfully completed")
      let last = try #require(events["data"][1]["id"].string)
      let older = try client.call("GET", "/v1/fine_tuning/jobs/\(id)/events?after=\(last)").json
      #expect((older["data"].list?.count ?? 0) + 2 == 8 && older["has_more"].bool == false)

      let points = try client.call("GET", "/v1/fine_tuning/jobs/\(id)/checkpoints").json["data"]
      #expect(points.list?.map { $0["step_number"].int } == [6, 3])
      let first = try #require(points[1]["fine_tuned_model_checkpoint"].string)
      #expect(first == "\(model):ckpt-step-3")
      let next = try await client.outcome(try client.job(file, model: first))
      #expect(next["status"].string == "succeeded" && next["model"].string == first)

      #expect(try client.call("GET", "/v1/models/\(model)").status == 200)
      #expect(try client.call("DELETE", "/v1/models/\(model)").json["deleted"].bool == true)
      for name in [model, first] {
        let reply = try client.call("GET", "/v1/models/\(name)")
        #expect(reply.status == 404 && reply.json["error"]["code"].string == "model_not_found")
      }
      #expect(!FileManager.default.fileExists(atPath: home.path("weights/\(id).weights")))
      #expect(try client.call("DELETE", "/v1/models/reference").status == 403)
    }
  }

  @Test func `jobs wait for their turn and can be found by metadata, page by page`() async throws {
    try await Rehearsal.with(jobs: 1) { (client) async throws in
      let file = try client.upload(Rehearsal.file)
      var ids: [String] = []
      for k in 0..<5 { ids.append(try client.job(file, #","metadata":{"run":"a","k":"\#(k)"}"#)) }
      let path = "/v1/fine_tuning/jobs"
      let running = try client.call("GET", path).json["data"].list ?? []
      #expect(running.count { $0["status"].string == "running" } <= 1)
      for id in ids { #expect(try await client.outcome(id)["status"].string == "succeeded") }
      let page = try client.call("GET", "\(path)?limit=2&after=\(ids[4])&metadata%5Brun%5D=a").json
      #expect(page["data"].list?.map { $0["id"].string } == [ids[3], ids[2]])
      #expect(page["has_more"].bool == true)
      let one = try client.call("GET", "\(path)?metadata[run]=a&metadata[k]=3").json["data"].list
      #expect(one?.map { $0["id"].string } == [ids[3]])
      #expect(try client.call("GET", "\(path)?metadata=null").json["data"].list?.isEmpty == true)
    }
  }

  @Test func `a job is cancelled, paused and resumed`() async throws {
    try await Rehearsal.with(jobs: 1) { (client) async throws in
      let file = try client.upload(Rehearsal.file)
      func long() throws -> String {
        let body = """
          {"model":"reference","training_file":"\(file)",
           "hyperparameters":{"n_epochs":50,"batch_size":1}}
          """
        let reply = try client.call("POST", "/v1/fine_tuning/jobs", body)
        return try #require(reply.json["id"].string)
      }
      func act(_ id: String, _ verb: String) throws -> Reply {
        try client.call("POST", "/v1/fine_tuning/jobs/\(id)/\(verb)")
      }
      let (first, second) = (try long(), try client.job(file))
      #expect(try act(first, "cancel").json["status"].string == "cancelled")
      #expect(try act(first, "cancel").status == 400)
      #expect(try act(first, "resume").status == 400)
      let finished = try await client.outcome(second)
      #expect(finished["status"].string == "succeeded")
      let third = try long()
      while try client.call("GET", "/v1/fine_tuning/jobs/\(third)").json["status"].string
        == "validating_files"
      { try await Task.sleep(for: .milliseconds(2)) }
      let paused = try act(third, "pause")
      if paused.status == 200 {
        #expect(paused.json["status"].string == "paused")
        #expect(try act(third, "resume").status == 200)
      }
      #expect(try await client.outcome(third)["status"].string == "succeeded")
    }
  }

  @Test func `a bad file fails the job, a bad specification is refused before there is one`()
    async throws
  {
    try await Rehearsal.with { (client) async throws in
      let long = String(repeating: "many words ", count: 50)
      for content in [
        "{\"prompt\":\"only\"}\n", "no json\n", "{\"prompt\":\"\(long)\",\"completion\":\"x\"}",
      ] {
        let job = try await client.outcome(try client.job(try client.upload(content)))
        #expect(job["status"].string == "failed" && job["fine_tuned_model"].isNull)
        #expect(job["error"]["code"].string == "invalid_training_file")
        #expect(job["error"]["param"].string == "training_file")
      }
      let file = try client.upload(Rehearsal.file)
      for (specification, parameter) in [
        (#""model":"none","training_file":"\#(file)""#, "model"),
        (#""model":"reference","training_file":"file-none""#, "training_file"),
        (#""model":"reference""#, "training_file"),
        (#""model":"reference","training_file":"\#(file)","seed":-1"#, "seed"),
        (#""model":"reference","training_file":"\#(file)","suffix":"""#, "suffix"),
        (
          #""model":"reference","training_file":"\#(file)","hyperparameters":{"n_epochs":51}"#,
          "n_epochs"
        ),
        (
          #""model":"reference","training_file":"\#(file)","hyperparameters":{"batch_size":"big"}"#,
          "hyperparameters.batch_size"
        ),
        (#""model":"reference","training_file":"\#(file)","method":{"type":"dpo"}"#, "method.type"),
      ] {
        let reply = try client.call("POST", "/v1/fine_tuning/jobs", "{\(specification)}")
        #expect((400...404).contains(reply.status))
        #expect(reply.json["error"]["param"].string == parameter, "\(reply.text)")
      }
      #expect(try client.call("GET", "/v1/fine_tuning/jobs").json["data"].list?.count == 3)
    }
  }

  @Test func `a restarted sandbox knows its models and finishes what was left`() async throws {
    let home = try TemporaryFolder()
    let state = home.path("state")
    func provider(seed: UInt64 = 1) throws -> ReferenceProvider {
      try Rehearsal.provider(home, seed: seed)
    }
    let (model, left, file) = try await Rehearsal.with(
      provider: try provider(),
      folder: state,
      jobs: 1
    ) { (client) async throws in
      let file = try client.upload(Rehearsal.file)
      let done = try await client.outcome(try client.job(file))
      let model = try #require(done["fine_tuned_model"].string)
      let body =
        #"{"model":"reference","training_file":"\#(file)","hyperparameters":{"n_epochs":50,"batch_size":1}}"#
      let left = try client.call("POST", "/v1/fine_tuning/jobs", body).json["id"].string
      return (model, try #require(left), file)
    }
    try await Rehearsal.with(provider: try provider(), folder: state) { (client) async throws in
      #expect(try client.call("GET", "/v1/models/\(model)").status == 200)
      let ask = #"{"model":"\#(model)","prompt":"a","echo":true,"logprobs":0,"max_tokens":0}"#
      #expect(try client.call("POST", "/v1/completions", ask).status == 200)
      #expect(try await client.outcome(left)["status"].string == "succeeded")
      #expect(try client.call("GET", "/v1/files/\(file)").status == 200)
      #expect(try client.upload("x") != file)
    }
    let error = #expect(throws: SandboxError.self) {
      try SandboxServer(provider: try provider(seed: 2), folder: state)
    }
    #expect(error?.code == .foreign)
  }

  @Test func `a lost reply leaves the job behind, and the log tells the whole from the cut`()
    async throws
  {
    try await Rehearsal.with(faults: SandboxFaults(rate: 1, kinds: [.lostJob])) {
      (client) async throws in
      let file = try client.upload(Rehearsal.file)
      for _ in 0..<2 {
        #expect(throws: Wire.Cut.self) { try client.job(file, #","metadata":{"k":"0"}"#) }
      }
      let id = try client.job(file, #","metadata":{"k":"0"}"#)
      #expect(try await client.outcome(id)["status"].string == "succeeded")
      let found = try client.call("GET", "/v1/fine_tuning/jobs?metadata[k]=0").json["data"]
      #expect(found.list?.count == 3)
      let jobs = try client.call("GET", "/sandbox/log").json["jobs"]
      #expect(jobs["served"].int == 1 && jobs["cut"].int == 2)
      #expect(jobs["metadata"]["k"]["0"]["cut"].int == 2)
    }
  }

  @Test func `jobs fail on request, at most twice in a row, and new models are late`() async throws
  {
    let faults = SandboxFaults(rate: 1, kinds: [.jobFailure, .missingModel])
    try await Rehearsal.with(faults: faults) { (client) async throws in
      let file = try client.upload(Rehearsal.file)
      var outcomes: [Received] = []
      for _ in 0..<3 { outcomes.append(try await client.outcome(try client.job(file))) }
      #expect(outcomes.map { $0["status"].string } == ["failed", "failed", "succeeded"])
      #expect(outcomes[0]["error"]["code"].string == "server_error")
      let model = try #require(outcomes[2]["fine_tuned_model"].string)
      let statuses = try (0..<4).map { _ in try client.call("GET", "/v1/models/\(model)").status }
      #expect(statuses == [404, 404, 404, 200])
    }
  }
}
