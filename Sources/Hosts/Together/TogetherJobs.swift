import Experiment

/// Together AI's fine-tuning: OpenAI's shape, but for files, continuation and clean-up.
///
/// Shapes are those of Together's OpenAPI document of April 2026.
struct TogetherJobs: OpenAIJobWire {
  let calls: JobCalls
  let profile: TrainingProfile

  var jobs: String { profile.paths?.jobs ?? "/fine-tunes" }

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
    var longestWait = WaitLimit(calls.longestWait)
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
        guard longestWait.spend(pause) else {
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

  func create(_ order: JobOrder) async throws -> RemoteJob {
    let body = try body(of: order)
    do {
      return try read(try await calls.make(jobs, body: .json(body.bytes)))
    } catch let error as HostError
      where order.start != nil && order.base != nil && error.status == 400
      && error.message.contains("from_checkpoint")
    {
      // Its documents disagree on whether `model` may stand beside `from_checkpoint`.
      guard case .object(var members) = body else { throw error }
      members["model"] = nil
      return try read(try await calls.make(jobs, body: .json(JSON.object(members).bytes)))
    }
  }

  func delete(_ kind: RemoteResource.Kind, _ id: String) async throws -> Bool {
    switch kind {
    case .job: try await calls.remove("DELETE", "\(jobs)/\(id.asPathSegment)")
    case .file: try await calls.remove("DELETE", "\(files)/\(id.asPathSegment)")
    case .model, .deployment, .adapter: return false
    }
    return true
  }
}

extension JobWireKind {
  /// Together AI's.
  package static let together = JobWireKind("together", ignored: ["paths.root"]) {
    TogetherJobs(calls: $0.calls, profile: $0.training)
  }
}
