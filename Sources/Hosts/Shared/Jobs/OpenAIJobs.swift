import Experiment
import FoundationEssentials

/// OpenAI's files and fine-tuning jobs, as many hosts speak them.
///
/// Shapes are those of OpenAI's OpenAPI document; where hosts differ, their profile says how.
struct OpenAIJobs: OpenAIJobWire {
  let calls: JobCalls
  let profile: TrainingProfile

  func progress(of id: String) async throws -> Double? {
    // Some servers answer with an event stream, which is no JSON: no progress then.
    let call = Call(
      "GET",
      "\(jobs)/\(id.asPathSegment)/events",
      query: [Call.FormField("limit", "10")],
      purpose: .read,
      timeout: .seconds(20)
    )
    guard let events = JSONReader.read(try await calls.host.send(call).body) else { return nil }
    return events["data"]?.array?
      .compactMap { fraction($0["data"]?["step"], of: $0["data"]?["total_steps"]) }.max()
  }

  func checkpoints(of id: String) async throws -> [String] {
    let path = "\(jobs)/\(id.asPathSegment)/checkpoints"
    guard let list = try await calls.find(path)?["data"]?.array else { return [] }
    return
      list.sorted { ($0["step_number"]?.number ?? 0) < ($1["step_number"]?.number ?? 0) }
      .compactMap { $0["fine_tuned_model_checkpoint"]?.string }
  }

  func has(model id: String) async throws -> Bool { try await calls.find(path(ofModel: id)) != nil }

  private func path(ofModel id: String) -> String {
    "\(profile.paths?.models ?? "/models")/\(id.asPathSegment)"
  }

  func delete(_ kind: RemoteResource.Kind, _ id: String) async throws -> Bool {
    switch kind {
    case .file: try await calls.remove("DELETE", "\(files)/\(id.asPathSegment)")
    case .model: try await calls.remove("DELETE", path(ofModel: id))
    case .job, .deployment, .adapter: return false
    }
    return true
  }
}

extension JobWireKind {
  /// OpenAI's files and fine-tuning jobs, with variations told by the profile.
  package static let openai = JobWireKind("openai", ignored: ["paths.root"]) {
    OpenAIJobs(calls: $0.calls, profile: $0.training)
  }
}

/// A job protocol of OpenAI's shape: what a host does otherwise, its own type says.
protocol OpenAIJobWire: JobWire {
  var calls: JobCalls { get }
  /// How the host differs in names, words and further members.
  var profile: TrainingProfile { get }
  var files: String { get }
  var jobs: String { get }
}

/// Pages of 100 jobs that are looked through; after them the list is taken to have no end.
private let mostPages = 1000

extension OpenAIJobWire {
  var files: String { profile.paths?.files ?? "/files" }
  var jobs: String { profile.paths?.jobs ?? "/fine_tuning/jobs" }

  func upload(_ file: TrainingFile) async throws -> String {
    let body = Call.Body.form(
      fields: [Call.FormField("purpose", "fine-tune")],
      file: Call.FormFile(field: "file", name: file.tag.file, content: file.content)
    )
    return try await calls.make(files, body: body)["id"]?.string ?? ""
  }

  func isReady(file id: String) async throws -> Bool {
    guard let file = try await calls.find("\(files)/\(id.asPathSegment)") else { return false }
    // `status` is deprecated and need not be there; the job validates the file in any case.
    let status = file["status"]?.string ?? ""
    let state = StateWord(status)
    if state == .failed {
      let details = file["status_details"]?.string ?? "'\(status)', without saying why"
      throw HostError(.refused, "\(calls.host.name) refused the training file \(id): \(details)")
    }
    return state != .stopped
  }

  func files(of tag: JobTag) async throws -> [String] {
    let list = try await calls.read(files, query: [Call.FormField("purpose", "fine-tune")])
    let found = (list["data"] ?? list).array?.filter {
      $0["filename"]?.string?.isSame(as: tag.file) == true
    }
    return found?.compactMap { $0["id"]?.string } ?? []
  }

  func create(_ order: JobOrder) async throws -> RemoteJob {
    let made = try await calls.make(jobs, body: .json(try body(of: order).bytes))
    return try read(made)
  }

  func job(_ id: String) async throws -> RemoteJob {
    try read(try await calls.read("\(jobs)/\(id.asPathSegment)"))
  }

  func jobs(of tag: JobTag, files: [String]) async throws -> [RemoteJob]? {
    guard profile.lists != false else { return nil }
    var query = [Call.FormField("limit", "100")]
    if let filter = profile.filter {
      let value = profile.tag == .metadata ? tag.key : tag.suffix(for: profile) ?? tag.name
      query.append(Call.FormField(filter, value))
    }
    var found: [RemoteJob] = []
    var seen: Set<String> = []
    var page: JSON
    var last: String?
    repeat {
      let after = last.map { [Call.FormField("after", $0)] } ?? []
      page = try await calls.read(jobs, query: query + after)
      let items = (page["data"] ?? page).array ?? []
      for item in items where isOf(tag, files: files, item) { found.append(try read(item)) }
      last = items.last?["id"]?.string
      guard seen.count < mostPages else {
        throw HostError(
          .notUnderstood,
          "\(calls.host.name) lists more than \(mostPages) pages of jobs without an end"
        )
      }
      // Hosts list the newest first; a cursor that comes again would never end.
    } while page["has_more"]?.bool == true && last.map { seen.insert($0).inserted } == true
    return found.reversed()
  }

  func cancel(_ id: String) async throws {
    try await calls.remove("POST", "\(jobs)/\(id.asPathSegment)/cancel")
  }

  /// The body that asks for a job.
  func body(of order: JobOrder) throws(HostError) -> JSON {
    var body = profile.members ?? [:]
    body.merge(profile.members(for: order.hyperparameters)) { _, new in new }
    if let start = order.start {
      body[profile.continuation ?? "model"] = .string(start)
      if profile.continuation != nil, let base = order.base { body["model"] = .string(base) }
    } else if let base = order.base {
      body["model"] = .string(base)
    } else {
      throw HostError(.refused, "cannot tune the base model: target.base does not name it")
    }
    if profile.filesAreListed == true {
      body["training_files"] = [["file_id": .string(order.file), "weight": 1]]
    } else {
      body["training_file"] = .string(order.file)
    }
    if let suffix = order.tag.suffix(for: profile) { body["suffix"] = .string(suffix) }
    // OpenAI takes 0 to 2147483647.
    if let seed = profile.seed { body[seed] = .number(Double(order.seed % (1 << 31))) }
    switch profile.tag {
    case .metadata: body["metadata"] = ["daunce_job": .string(order.tag.key)]
    case .tags: body["tags"] = [.string(order.tag.key)]
    case .suffix, .id, nil: break
    }
    return .object(body)
  }

  /// Whether a listed job belongs to a key.
  private func isOf(_ tag: JobTag, files: [String], _ job: JSON) -> Bool {
    if let key = job["metadata"]?["daunce_job"]?.string { return key.isSame(as: tag.key) }
    if job["tags"]?.array?.contains(.string(tag.key)) == true { return true }
    var named = job["training_files"]?.array?.map { $0["file_id"]?.string ?? $0.string } ?? []
    named.append(job["training_file"]?.string)
    if files.contains(where: named.contains) { return true }
    guard let suffix = tag.suffix(for: profile) else { return false }
    return [job["suffix"], job["user_provided_suffix"]].contains {
      $0?.string?.isSame(as: suffix) == true
    }
  }

  /// A job object; `status` and `error` are read leniently, an `id` it must have.
  func read(_ job: JSON) throws(HostError) -> RemoteJob {
    guard let id = job["id"]?.string else {
      throw HostError(
        .notUnderstood,
        "\(calls.host.name) described a job without an id: \(HostError.excerpt(job.bytes))"
      )
    }
    let error = job["error"]
    let status = job["status"]
    let message = error?["message"]?.string ?? error?.string
    let model = job["fine_tuned_model"]?.string ?? job["model_output_name"]?.string
    return RemoteJob(
      id: id,
      state: profile.state(status?.string ?? "", code: error?["code"]?.string, message: message),
      words: RemoteJob.words(status, message),
      model: model.flatMap { $0.isEmpty ? nil : $0 },
      hyperparameters: profile.echoed(by: job),
      tokens: job["trained_tokens"]?.usedCount ?? job["token_count"]?.usedCount,
      progress: progress(of: job)
    )
  }

  private func progress(of job: JSON) -> Double? {
    if let steps = fraction(job["trained_steps"], of: job["total_steps"])
      ?? fraction(job["steps_completed"], of: job["total_steps"])
      ?? fraction(job["epochs_completed"], of: job["n_epochs"])
    {
      return steps
    }
    guard let start = job["created_at"]?.number, let end = job["estimated_finish"]?.number,
      end > start
    else { return nil }
    return min(max((Date().timeIntervalSince1970 - start) / (end - start), 0), 0.99)
  }
}

private func fraction(_ part: JSON?, of whole: JSON?) -> Double? {
  guard let part = part?.number, let whole = whole?.number, whole > 0, part >= 0 else {
    return nil
  }
  return min(part / whole, 1)
}
