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

  @Test func `passes on members it does not know where they are the host's own`() throws {
    let profile = try HostProfile.named("together")
    #expect(profile.training?.members?["training_type"]?["lora_r"] == 16)
    #expect(profile.training?.hyperparameters?.members?["packing"] == false)
  }
}
