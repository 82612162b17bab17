import Experiment

/// A host's job protocol: the few things a trainer and a clean-up ask for.
///
/// All of them throw `HostError`, or `CancellationError` when cancelled. A creation whose outcome is
/// not known throws `HostError.Code.unknownOutcome`, also when its reply cannot be understood.
protocol JobWire: Sendable {
  /// Uploads a training file and returns the host's name for it.
  func upload(_ file: TrainingFile) async throws -> String

  /// Waits until an uploaded file may be used; `false` when the host does not have it.
  func isReady(file id: String) async throws -> Bool

  /// The host's names for the files of a job: more than one where the reply to an upload was lost.
  func files(of tag: JobTag) async throws -> [String]

  /// Creates a job, once.
  func create(_ order: JobOrder) async throws -> RemoteJob

  func job(_ id: String) async throws -> RemoteJob

  /// All jobs of one key, oldest first, known by their tag or by a training file that no other job
  /// uses; `nil` when the host cannot list.
  func jobs(of tag: JobTag, files: [String]) async throws -> [RemoteJob]?

  /// The fraction that a job's events tell, 0...1; `nil` when they tell none.
  func progress(of id: String) async throws -> Double?

  /// Names of a job's checkpoints that can be asked as models, oldest first.
  func checkpoints(of id: String) async throws -> [String]

  func cancel(_ id: String) async throws

  /// Whether a tuned model still exists.
  func has(model id: String) async throws -> Bool

  /// Deletes something; `false` when the host has no call for that.
  func delete(_ kind: RemoteResource.Kind, _ id: String) async throws -> Bool
}

extension JobWire {
  /// Nothing: most hosts' events tell no steps.
  func progress(of id: String) async throws -> Double? { nil }

  /// True: what cannot be deleted exists.
  func has(model id: String) async throws -> Bool { true }

  /// None: most hosts cannot be asked for a checkpoint before it is deployed.
  func checkpoints(of id: String) async throws -> [String] { [] }
}
