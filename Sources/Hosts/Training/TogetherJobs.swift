import Experiment

/// Together AI's fine-tuning: OpenAI's shape, but for files, continuation and clean-up.
///
/// Shapes are those of Together's OpenAPI document of April 2026.
struct TogetherJobs: JobWire {
  /// Everything that is as at OpenAI, by names and words of the profile.
  private let inner: OpenAIJobs

  private var calls: JobCalls { inner.calls }
  private var profile: TrainingProfile { inner.profile }
  private var files: String { profile.paths?.files ?? "/files" }
  private var jobs: String { profile.paths?.jobs ?? "/fine-tunes" }

  /// Creates the protocol.
  init(calls: JobCalls, profile: TrainingProfile) {
    var profile = profile
    var paths = profile.paths ?? TrainingProfile.Paths()
    paths.jobs = paths.jobs ?? "/fine-tunes"
    profile.paths = paths
    inner = OpenAIJobs(calls: calls, profile: profile)
  }

  func upload(_ file: TrainingFile) async throws -> String {
    let body = Call.Body.form(
      fields: [
        Call.FormField("purpose", "fine-tune"), Call.FormField("file_name", file.tag.file),
        Call.FormField("file_type", "jsonl"),
      ],
      file: Call.FormFile(field: "file", name: file.tag.file, content: file.content)
    )
    return try await calls.make("\(files)/upload", body: body)["id"]?.string ?? ""
  }

  func isReady(file id: String) async throws -> Bool {
    let waiting = Waiting(for: "the training file \(id) at \(calls.host.name)")
    defer { waiting.end() }
    var pace = Pace(calls.pause)
    var endurance = Endurance(calls.endurance)
    while let file = try await calls.find("\(files)/\(id.asPathSegment)") {
      let status = file["processing_status"]?.string
      switch status.map(StateWord.init) {
      case .failed:
        let report =
          file["validation_report"]?["error"]?.string ?? "'\(status ?? "")', without saying why"
        throw HostError(
          .refused,
          "\(calls.host.name) refused the training file \(id): \(report)",
          hostCode: status
        )
      case .succeeded: return true
      case .stopped: return false
      case nil where file["Processed"]?.bool != false: return true
      default:
        let pause = pace.next()
        let words = status ?? "not processed yet"
        guard endurance.spend(pause) else {
          throw HostError(
            .refused,
            "\(calls.host.name) does not get ready with the training file \(id): '\(words)'"
          )
        }
        waiting.tell(words, pause: pause)
        try await calls.host.wait(pause)
      }
    }
    return false
  }

  func files(of tag: JobTag) async throws -> [String] { try await inner.files(of: tag) }

  func create(_ order: JobOrder) async throws -> RemoteJob {
    do {
      return try await inner.create(order)
    } catch let error as HostError
      where order.start != nil && order.base != nil && error.status == 400
      && error.message.contains("from_checkpoint")
    {
      // Its documents disagree on whether `model` may stand beside `from_checkpoint`.
      guard case .object(var body) = try inner.body(of: order) else { throw error }
      body["model"] = nil
      return try inner.read(
        try await calls.make(jobs, body: .json(JSON.object(body).bytes))
      )
    }
  }

  func job(_ id: String) async throws -> RemoteJob { try await inner.job(id) }

  func jobs(of tag: JobTag, files: [String]) async throws -> [RemoteJob]? {
    try await inner.jobs(of: tag, files: files)
  }

  func cancel(_ id: String) async throws { try await inner.cancel(id) }

  func delete(_ kind: RemoteResource.Kind, _ id: String) async throws -> Bool {
    switch kind {
    case .job: try await calls.remove("DELETE", "\(jobs)/\(id.asPathSegment)")
    case .file: try await calls.remove("DELETE", "\(files)/\(id.asPathSegment)")
    case .model, .deployment, .adapter: return false
    }
    return true
  }
}
