import Experiment

/// Fireworks AI's data sets and supervised fine-tuning jobs.
///
/// The client chooses every id, so that what was made is found by its name and asking twice makes
/// nothing twice. Shapes are those of Fireworks' API reference of 2026.
struct FireworksJobs: JobWire {
  private let calls: JobCalls
  private let profile: TrainingProfile
  private let account: String
  /// Address of the control plane with the account: `https://…/v1/accounts/ACCOUNT`.
  private let root: String

  /// Throws `HostError` without an account, or without the address of its job API.
  init(_ request: JobWireRequest) throws(HostError) {
    let host = request.profile
    guard let account = request.account else {
      let variable = host.environment?.account.map { "; set \($0)" } ?? ""
      throw HostError(.configuration, "\(host.title) needs the name of your account\(variable)")
    }
    guard let origin = host.baseURL.map(ServerAddress.origin),
      let root = request.training.paths?.root
    else {
      throw HostError(.configuration, "\(host.title) needs the address of its job API")
    }
    calls = request.calls
    profile = request.training
    self.account = account
    self.root = origin + root.replacing("{account}", with: account.asPathSegment)
  }

  private var datasets: String { "\(root)\(profile.paths?.files ?? "/datasets")" }
  private var jobs: String { "\(root)\(profile.paths?.jobs ?? "/supervisedFineTuningJobs")" }
  private var models: String { "\(root)\(profile.paths?.models ?? "/models")" }

  func upload(_ file: TrainingFile) async throws -> String {
    let id = file.tag.name
    var lost: HostError?
    do {
      let body: JSON = [
        "datasetId": .string(id),
        "dataset": ["userUploaded": [:], "format": file.isChat ? "CHAT" : "COMPLETION"],
      ]
      _ = try await calls.make(datasets, body: .json(body.bytes), id: "name")
    } catch let error as HostError where error.status == 409 {
      // It is there already.
    } catch let error as HostError where error.code == .unknownOutcome {
      lost = error
    }
    let form = Call.Body.form(
      fields: [],
      file: Call.FormFile(field: "file", name: file.tag.file, content: file.content)
    )
    do {
      _ = try await calls.host.send(
        Call("POST", "\(datasets)/\(id):upload", body: form, purpose: .create)
      )
    } catch let error as HostError where error.isGone {
      throw lost ?? error
    }
    return id
  }

  func isReady(file id: String) async throws -> Bool {
    let waiting = Waiting(for: "the data set \(id) at \(calls.host.name)")
    defer { waiting.end() }
    var pace = Pace(calls.pause)
    // A data set without its file stays `UPLOADING`: an upload was cut off and must be done again.
    for _ in 0..<20 {
      guard let dataset = try await calls.find("\(datasets)/\(id.asPathSegment)") else {
        return false
      }
      if let code = dataset["status"]?["code"]?.string, code != "OK" {
        let reason = dataset["status"]?["message"]?.string ?? code
        throw HostError(.refused, "\(calls.host.name) refused the data set \(id): \(reason)")
      }
      let state = dataset["state"]?.string ?? "READY"
      if state == "READY" { return true }
      switch StateWord(state) {
      case .failed:
        throw HostError(.refused, "\(calls.host.name) refused the data set \(id): '\(state)'")
      case .stopped: return false
      default: break
      }
      let pause = pace.next()
      waiting.tell(state, pause: pause)
      try await calls.host.wait(pause)
    }
    return false
  }

  func files(of tag: JobTag) async throws -> [String] {
    try await calls.find("\(datasets)/\(tag.name)") == nil ? [] : [tag.name]
  }

  func create(_ order: JobOrder) async throws -> RemoteJob {
    let id = id(order.tag, attempt: order.attempt)
    var body = profile.members ?? [:]
    body.merge(profile.members(for: order.hyperparameters)) { _, new in new }
    body["dataset"] = .string("accounts/\(account)/datasets/\(order.file)")
    body["outputModel"] = .string("accounts/\(account)/models/\(id)")
    if let start = order.start {
      body["warmStartFrom"] = .string(start)
    } else if let base = order.base {
      body["baseModel"] = .string(base)
    } else {
      throw HostError(.refused, "cannot tune the base model: target.base does not name it")
    }
    let query = [Call.FormField("supervisedFineTuningJobId", id)]
    let json = Call.Body.json(JSON.object(body).bytes)
    return try read(try await calls.make(jobs, query: query, body: json, id: "name"))
  }

  func job(_ id: String) async throws -> RemoteJob {
    try read(try await calls.read("\(jobs)/\(id.asPathSegment)"))
  }

  func jobs(of tag: JobTag, files: [String]) async throws -> [RemoteJob]? {
    var found: [RemoteJob] = []
    // Few attempts are ever made; the bound is for hosts that answer whatever is asked.
    while found.count < 100 {
      let id = id(tag, attempt: found.count + 1)
      guard let document = try await calls.find("\(jobs)/\(id)") else { break }
      let job = try read(document)
      guard job.id == id else { break }
      found.append(job)
    }
    return found
  }

  func cancel(_ id: String) async throws {
    // Its API stops a job by deleting it.
    try await calls.remove("DELETE", "\(jobs)/\(id.asPathSegment)")
  }

  func has(model id: String) async throws -> Bool { try await calls.find(path(ofModel: id)) != nil }

  private func path(ofModel id: String) -> String { "\(models)/\(last(of: id).asPathSegment)" }

  private func last(of id: String) -> String {
    id.split(separator: "/").last.map(String.init) ?? id
  }

  func delete(_ kind: RemoteResource.Kind, _ id: String) async throws -> Bool {
    let last = last(of: id)
    switch kind {
    case .job: try await calls.remove("DELETE", "\(jobs)/\(last.asPathSegment)")
    case .file: try await calls.remove("DELETE", "\(datasets)/\(last.asPathSegment)")
    case .model: try await calls.remove("DELETE", path(ofModel: id))
    case .deployment, .adapter: return false
    }
    return true
  }

  private func id(_ tag: JobTag, attempt: Int) -> String {
    attempt == 1 ? tag.name : "\(tag.name)-\(attempt)"
  }

  private func read(_ job: JSON) throws(HostError) -> RemoteJob {
    guard let id = job["name"]?.string?.split(separator: "/").last else {
      throw HostError(
        .notUnderstood,
        "\(calls.host.name) described a job without a name: \(HostError.excerpt(job.bytes))"
      )
    }
    let state = job["state"]?.string ?? ""
    let message = job["status"]?["message"]?.string
    let code = job["status"]?["code"]?.string
    return RemoteJob(
      id: String(id),
      state: profile.state(state, code: code == "OK" ? nil : code, message: message),
      words: RemoteJob.words(job["state"], message),
      model: job["outputModel"]?.string,
      hyperparameters: profile.echoed(by: job),
      tokens: nil,
      progress: job["jobProgress"]?["percent"]?.number.map { min(max($0 / 100, 0), 1) }
    )
  }
}

extension JobWireKind {
  /// Fireworks AI's, whose jobs have neither seed nor suffix.
  package static let fireworks = JobWireKind(
    "fireworks",
    ignored: ["continuation", "filter", "seed", "filesAreListed", "suffixLength"]
  ) { request throws(HostError) in try FireworksJobs(request) }
}
