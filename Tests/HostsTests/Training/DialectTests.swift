import Experiment
import Hosts
import Testing

@Suite struct `together's job protocol` {
  @Test func `waits for the file, pins the body, and reads completed and model_output_name`()
    async throws
  {
    let host = AnsweringHost(name: "together") { call, earlier in
      switch "\(call.method) \(call.path)" {
      case "POST /files/upload": return ["id": "file-t"]
      case "GET /files/file-t":
        return ["processing_status": earlier == 0 ? "PROCESSING" : "COMPLETED"]
      case "GET /fine-tunes": return ["data": []]
      case "POST /fine-tunes": return ["id": "ft-1", "status": "pending"]
      case "GET /fine-tunes/ft-1":
        return [
          "id": "ft-1", "status": earlier == 0 ? "compressing" : "completed",
          "model_output_name": "acme/model-daunce", "token_count": 900, "n_epochs": 1,
          "batch_size": 8, "learning_rate": 3e-5,
        ]
      default: throw missing(call)
      }
    }
    let trainer = try HostedTrainer(
      host: host,
      profile: .named("together"),
      base: "meta-llama/base",
      ledger: ListLedger()
    )
    let asked = Hyperparameters(epochs: 1, batchSize: 32, learningRateMultiplier: 3)
    let trained = try await trainer.train(
      job(start: "acme/theta0", weights: [1.5, 0], hyperparameters: asked)
    )
    #expect(trained.model.name == "acme/model-daunce")
    #expect(trained.tokens == 900)
    let echoed = Hyperparameters(epochs: 1, batchSize: 8, learningRateMultiplier: 3)
    #expect(trained.hyperparameters == echoed)
    let order = try #require(host.calls.first { $0.path == "/fine-tunes" && $0.json != nil }?.json)
    #expect(
      order == [
        "model": "meta-llama/base", "from_checkpoint": "acme/theta0", "training_file": "file-t",
        "suffix": "daunce-0123456789abcdef0123456789abcdef", "random_seed": 7, "n_epochs": 1,
        "batch_size": 32, "learning_rate": .number(1e-5 * 3), "packing": false, "n_checkpoints": 1,
        "training_method": ["method": "sft", "train_on_inputs": false],
        "training_type": ["type": "Lora", "lora_r": 16, "lora_alpha": 32],
      ]
    )
    #expect(
      host.calls.compactMap(\.upload) == [
        """
        {"prompt":"1+1=","completion":"2","weight":1.5}
        {"prompt":"say \\"hé\\"","completion":"hé","weight":0}

        """
      ]
    )
  }

  @Test func `drops the base beside from_checkpoint where the two exclude each other`()
    async throws
  {
    let host = AnsweringHost(name: "together") { call, _ in
      switch "\(call.method) \(call.path)" {
      case "POST /files/upload": return ["id": "f"]
      case "GET /files/f": return ["Processed": true]
      case "GET /fine-tunes": return []
      case "POST /fine-tunes":
        if call.json?["model"] == nil { return ["id": "ft-1", "status": "pending"] }
        throw HostError(.refused, "model and from_checkpoint exclude each other", status: 400)
      default: return ["id": "ft-1", "status": "completed", "model_output_name": "m"]
      }
    }
    let trainer = try HostedTrainer(
      host: host,
      profile: .named("together"),
      base: "base",
      ledger: ListLedger()
    )
    #expect(try await trainer.train(job(start: "theta0")).model.name == "m")
  }

  @Test func `waits for a file only so long`() async throws {
    let host = AnsweringHost(name: "together") { call, _ in
      switch call.path {
      case "/files/upload": ["id": "f"]
      case "/files/f": ["processing_status": "CHEWING"]
      default: ["data": []]
      }
    }
    let trainer = try HostedTrainer(
      host: host,
      profile: .named("together"),
      base: "base",
      ledger: ListLedger(),
      longestWait: .seconds(60)
    )
    let error = await #expect(throws: HostError.self) { try await trainer.train(job()) }
    #expect(error?.code == .refused && error?.message.contains("'CHEWING'") == true)
  }

  @Test func `refuses a file that the host finds invalid`() async throws {
    let host = AnsweringHost(name: "together") { call, _ in
      switch call.path {
      case "/files/upload": ["id": "f"]
      case "/files/f":
        ["processing_status": "INVALID_FORMAT", "validation_report": ["error": "line 3 is empty"]]
      default: ["data": []]
      }
    }
    let trainer = try HostedTrainer(
      host: host,
      profile: .named("together"),
      base: "base",
      ledger: ListLedger()
    )
    let error = await #expect(throws: HostError.self) { try await trainer.train(job()) }
    #expect(error?.code == .refused)
    #expect(error?.message.contains("line 3 is empty") == true)
  }
}

@Suite struct `fireworks' job protocol` {
  private static let root = "https://api.fireworks.ai/v1/accounts/acme"
  private static let name = "daunce-0123456789abcdef0123456789abcdef"

  private func trainer(
    _ ledger: ListLedger = ListLedger(),
    script: @escaping @Sendable (Call, Int) throws -> JSON
  ) throws -> (AnsweringHost, HostedTrainer) {
    let host = AnsweringHost(name: "fireworks", script: script)
    let trainer = try HostedTrainer(
      host: host,
      profile: .named("fireworks"),
      base: "accounts/fireworks/models/base",
      ledger: ledger,
      account: "acme"
    )
    return (host, trainer)
  }

  @Test func `chooses every id and reads the model from the job`() async throws {
    let jobs = "\(Self.root)/supervisedFineTuningJobs"
    let name = Self.name
    let (host, trainer) = try trainer { call, earlier in
      switch "\(call.method) \(call.path)" {
      case "GET \(jobs)/\(name)" where earlier == 0: throw missing(call)
      case "GET \(Self.root)/datasets/\(name)":
        return ["name": .string(name), "state": earlier == 0 ? "UPLOADING" : "READY"]
      case "GET \(jobs)/\(name)", "POST \(jobs)":
        return [
          "name": .string("accounts/acme/supervisedFineTuningJobs/\(name)"),
          "state": earlier < 2 ? "JOB_STATE_RE_QUEUEING" : "JOB_STATE_COMPLETED",
          "outputModel": .string("accounts/acme/models/\(name)"), "epochs": 1,
          "batchSizeSamples": 16, "learningRate": 1e-4, "jobProgress": ["percent": 40],
          "status": ["code": "OK", "message": ""],
        ]
      default: return ["name": "x"]
      }
    }
    let trained = try await trainer.train(job(start: "accounts/acme/models/theta0"))
    #expect(trained.model.name == "accounts/acme/models/\(name)")
    let echoed = Hyperparameters(epochs: 1, batchSize: 16, learningRateMultiplier: 1)
    #expect(trained.hyperparameters == echoed)
    let order = try #require(host.calls.first { $0.method == "POST" && $0.path == jobs })
    #expect(order.query == [Call.FormField("supervisedFineTuningJobId", name)])
    #expect(
      order.json == [
        "dataset": .string("accounts/acme/datasets/\(name)"),
        "outputModel": .string("accounts/acme/models/\(name)"),
        "warmStartFrom": "accounts/acme/models/theta0", "epochs": 1, "batchSizeSamples": 32,
        "learningRate": 1e-4, "loraRank": 16, "evalAutoCarveout": false, "earlyStop": false,
      ]
    )
    #expect(host.lines.contains("POST \(Self.root)/datasets/\(name):upload"))
  }

  @Test func `adopts a job whose id is taken already`() async throws {
    let jobs = "\(Self.root)/supervisedFineTuningJobs"
    let name = Self.name
    let ledger = ListLedger()
    let (host, trainer) = try trainer(ledger) { call, earlier in
      switch "\(call.method) \(call.path)" {
      case "GET \(jobs)/\(name)" where earlier == 0: throw missing(call)
      case "GET \(jobs)/\(name)":
        return [
          "name": .string("accounts/acme/supervisedFineTuningJobs/\(name)"),
          "state": "JOB_STATE_COMPLETED", "outputModel": "accounts/acme/models/m",
        ]
      case "GET \(jobs)/\(name)-2": throw missing(call)
      case "POST \(jobs)", "POST \(Self.root)/datasets":
        throw HostError(.refused, "already exists", status: 409)
      default: return ["name": "x"]
      }
    }
    #expect(try await trainer.train(job()).model.name == "accounts/acme/models/m")
    #expect(host.lines.count { $0 == "POST \(jobs)" } == 1)
    #expect(ledger.ids(.job) == [name])
  }

  @Test func `gives a second attempt another id`() async throws {
    let jobs = "\(Self.root)/supervisedFineTuningJobs"
    let name = Self.name
    let (host, trainer) = try trainer { call, earlier in
      func state(_ id: String, _ state: String, _ code: String) -> JSON {
        [
          "name": .string("accounts/acme/supervisedFineTuningJobs/\(id)"), "state": .string(state),
          "outputModel": .string("accounts/acme/models/\(id)"),
          "status": ["code": .string(code), "message": "worker lost"],
        ]
      }
      switch "\(call.method) \(call.path)" {
      case "GET \(jobs)/\(name)" where earlier == 0: throw missing(call)
      case "GET \(jobs)/\(name)": return state(name, "JOB_STATE_FAILED", "INTERNAL")
      case "GET \(jobs)/\(name)-2": return state("\(name)-2", "JOB_STATE_COMPLETED", "OK")
      case "POST \(jobs)":
        let id = call.query.first?.value ?? ""
        return state(id, "JOB_STATE_PENDING", "OK")
      default: return ["name": "x"]
      }
    }
    #expect(try await trainer.train(job()).model.name == "accounts/acme/models/\(name)-2")
    #expect(host.lines.count { $0 == "POST \(jobs)" } == 2)
  }

  @Test func `needs the name of an account`() throws {
    let error = #expect(throws: HostError.self) {
      try HostedTrainer(
        host: FakeHost(),
        profile: .named("fireworks"),
        base: nil,
        ledger: ListLedger()
      )
    }
    #expect(error?.message.contains("FIREWORKS_ACCOUNT_ID") == true)
  }
}

@Suite struct `other hosts on OpenAI's wire` {
  @Test func `azure gets a byte order mark, its training type and a short suffix`() async throws {
    let host = FakeHost(name: "azure")
    _ = try await trainer(host).train(job())
    #expect(host.now.files.first?.content.starts(with: [0xEF, 0xBB, 0xBF]) == true)
    let order = try #require(host.orders.first)
    #expect(order["trainingType"] == "globalstandard")
    #expect(order["suffix"]?.string == "daunce-0123456789abcdef0123456789abcdef")
    #expect(order["metadata"] == nil)
  }

  @Test func `nebius gets absolute rates and no packing at the top level`() async throws {
    let host = FakeHost(name: "nebius") {
      $0.overrides["hyperparameters"] = ["n_epochs": 1, "batch_size": 32, "learning_rate": 2e-5]
    }
    let trained = try await trainer(host).train(job())
    #expect(
      host.orders.first?["hyperparameters"] == [
        "n_epochs": 1, "batch_size": 32, "learning_rate": 1e-5, "packing": false, "lora": true,
        "lora_r": 8, "lora_alpha": 8,
      ]
    )
    #expect(host.orders.first?["tags"] == ["0123456789abcdef0123456789abcdef"])
    #expect(trained.hyperparameters.learningRateMultiplier == 2)
  }

  @Test func `mistral gets a list of files, and tells no batch size`() async throws {
    let host = FakeHost(name: "mistral") { $0.scripts = [[["status": "SUCCESS"]]] }
    host.change { $0.overrides["fine_tuned_model"] = "ft:mistral" }
    let trained = try await trainer(host).train(job())
    let order = try #require(host.orders.first)
    #expect(order["training_files"] == [["file_id": "file-1", "weight": 1]])
    #expect(order["hyperparameters"] == ["epochs": 1, "learning_rate": 1e-4])
    #expect(trained.hyperparameters.batchSize == nil)
  }

  // Bodies as FakeAI 0.3.2 sent them (shared/recorded/fakeai_finetune_lifecycle.json).
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
