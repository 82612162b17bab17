import Experiment
import Hosts
import Testing

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
