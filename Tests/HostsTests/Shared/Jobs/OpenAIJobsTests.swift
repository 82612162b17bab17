import Configuration
import Experiment
import Hosts
import Testing

@Suite struct `OpenAI's job protocol` {
  // Bodies as FakeAI 0.3.2 sent them.
  @Test func `fakeai's recorded life of a job is followed to its end`() async throws {
    let id = "ftjob-4931854bd97c4666bec3cac3dea3682f"
    let model = "ft:openai/gpt-oss-20b:org-fakeai:demo:1795249795"
    let host = AnsweringHost(name: "fakeai") { call, earlier in
      func job(_ status: String, _ model: JSON, _ tokens: JSON) -> JSON {
        [
          "id": .string(id), "object": "fine_tuning.job", "created_at": 1_795_249_763,
          "finished_at": nil, "model": "openai/gpt-oss-20b", "fine_tuned_model": model,
          "status": .string(status),
          "hyperparameters": ["n_epochs": 2, "batch_size": 4, "learning_rate_multiplier": 0.1],
          "training_file": "file-17", "result_files": [], "trained_tokens": tokens, "error": nil,
          "seed": 7,
        ]
      }
      switch "\(call.method) \(call.path)" {
      case "POST /files", "GET /files/file-17":
        return [
          "id": "file-17", "object": "file", "bytes": 922_411, "status": "uploaded",
          "filename": "uploaded_file_4.jsonl", "purpose": "fine-tune", "status_details": nil,
        ]
      case "POST /fine_tuning/jobs": return job("validating_files", nil, nil)
      case "GET /fine_tuning/jobs/\(id)":
        return earlier == 0 ? job("running", nil, nil) : job("succeeded", .string(model), 461_204)
      case "GET /fine_tuning/jobs/\(id)/events":
        return "data: {\"id\": \"ftevent-3db5\", \"level\": \"info\"}\n\n"
      case "GET /fine_tuning/jobs/\(id)/checkpoints":
        return [
          "object": "list",
          "data": [
            [
              "fine_tuned_model_checkpoint": "ft:openai/gpt-oss-20b:org-fakeai:demo:step-100",
              "step_number": 100,
            ],
            [
              "fine_tuned_model_checkpoint": "ft:openai/gpt-oss-20b:org-fakeai:demo:step-50",
              "step_number": 50,
            ],
          ],
        ]
      default: return ["object": "list", "data": [], "has_more": false]
      }
    }
    let profile = try HostProfile.read(
      json5: Array(
        """
        // A user's own host in a few lines.
        {
          name: "fakeai", title: "FakeAI", baseURL: "http://127.0.0.1:8120/v1",
          authorization: "none",
          training: {
            wire: "openai", parallelJobs: 2, minimumExamples: 1, continuesTuned: true, seed: "seed",
            hyperparameters: {
              place: "hyperparameters", epochs: "n_epochs", batchSize: "batch_size",
              learningRate: "learning_rate_multiplier",
            },
          },
        }
        """.utf8
      )
    )
    let trainer = try HostedTrainer(
      host: host,
      profile: profile,
      base: "openai/gpt-oss-20b",
      ledger: ListLedger()
    )
    let asked = Hyperparameters(epochs: 2)
    let trained = try await trainer.train(job(hyperparameters: asked, keepsCheckpoints: true))
    #expect(trained.model.name == model)
    #expect(trained.tokens == 461_204)
    let echoed = Hyperparameters(epochs: 2, batchSize: 4, learningRateMultiplier: 0.1)
    #expect(trained.hyperparameters == echoed)
    #expect(
      trained.checkpoints.map(\.name) == [
        "ft:openai/gpt-oss-20b:org-fakeai:demo:step-50", model,
      ]
    )
  }

  @Test func `asks again when a proxy answers for the host`() async throws {
    let host = AnsweringHost(name: "openai") { call, earlier in
      switch "\(call.method) \(call.path)" {
      case "POST /files": ["id": "f"]
      case "POST /fine_tuning/jobs": ["id": "j", "status": "queued"]
      case "GET /fine_tuning/jobs/j" where earlier < 3: "<html>502</html>"
      case "GET /fine_tuning/jobs/j":
        ["id": "j", "status": "succeeded", "fine_tuned_model": "m"]
      default: ["data": []]
      }
    }
    let trainer = try HostedTrainer(
      host: host,
      profile: .named("openai"),
      base: "b",
      ledger: ListLedger()
    )
    #expect(try await trainer.train(job()).model.name == "m")
  }

  @Test func `an endless list of jobs is an error, not a job made twice`() async throws {
    let host = AnsweringHost(name: "openai") { call, earlier in
      call.method == "POST"
        ? ["id": "made"] : ["data": [["id": .string("ftjob-\(earlier)")]], "has_more": true]
    }
    let trainer = try HostedTrainer(
      host: host,
      profile: .named("openai"),
      base: "b",
      ledger: ListLedger()
    )
    let error = await #expect(throws: HostError.self) { try await trainer.train(job()) }
    #expect(error?.code == .notUnderstood && error?.message.contains("without an end") == true)
    #expect(!host.lines.contains("POST /fine_tuning/jobs"))
  }
}
