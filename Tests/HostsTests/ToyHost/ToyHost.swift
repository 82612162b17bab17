import Experiment
import TestSupport
import Transport

@testable import Hosts

/// All of a host: OpenAI's wire but for the path of its jobs, and a way of its own to read losses.
extension HostDefinition {
  static let toy = HostDefinition(
    HostProfile(
      name: "toy",
      title: "Toy",
      baseURL: "http://127.0.0.1:9/v1",
      environment: HostProfile.Environment(headers: ["toy-box": "TOY_BOX"]),
      authorization: .none,
      training: TrainingProfile(
        wire: .toy,
        parallelJobs: 1,
        minimumExamples: 1,
        continuesTuned: false,
        tag: .metadata,
        pollSeconds: 0
      ),
      scoring: ScoringProfile(methods: [.toy])
    )
  )
}

extension JobWireKind {
  fileprivate static let toy = JobWireKind("toy") {
    ToyJobs(calls: $0.calls, profile: $0.training)
  }
}

/// Jobs lie under another path, and are stopped by deleting them.
private struct ToyJobs: OpenAIJobWire {
  let calls: JobCalls
  let profile: TrainingProfile

  var jobs: String { "/toys" }

  func delete(_ kind: RemoteResource.Kind, _ id: String) async throws -> Bool { false }

  func cancel(_ id: String) async throws { try await calls.remove("DELETE", "\(jobs)/\(id)") }
}

extension ScoringMethod {
  fileprivate static let toy = ScoringMethod("toy-price") { ToyReader(endpoint: $0, model: $1) }
}

/// Asks `/price` for the log-probability of a whole completion.
private struct ToyReader: SingleReader {
  let name = "toy-price"
  let endpoint: ScoringEndpoint
  let model: ServedModel

  func ask(_ example: Example, _ mode: ReadingMode) async throws -> LossReading {
    let body = endpoint.members(of: model, ["completion": .string(example.completion)])
    let (call, reply) = try await endpoint.post(
      "/price",
      JSON.object(body).bytes,
      mode,
      bytes: 1
    )
    return read([try reply.json(of: call)["text"]?.number ?? .nan])
  }
}
