import Experiment
import Hosts
import Synchronization

/// A host in memory that keeps files and jobs in OpenAI's shape, and fails when told to.
final class FakeHost: Host {
  /// What goes wrong with one creation.
  enum Fault: Sendable {
    /// It is made, and the reply is lost.
    case lostReply
    /// It is made, and the reply is a proxy's page.
    case garbled
    /// It is not made, and nobody can know.
    case lostRequest
    /// It is refused.
    case refused(HostError)
  }

  struct State: Sendable {
    var files: [(id: String, name: String, content: [UInt8])] = []
    var jobs: [(id: String, members: [String: JSON], looks: Int)] = []
    var models: Set<String> = []
    /// What successive jobs go through, one step a look; the last job's script serves all later ones.
    var scripts: [[[String: JSON]]] = [
      [
        ["status": "queued"], ["status": "running"],
        ["status": "succeeded", "trained_tokens": 700],
      ]
    ]
    var jobFaults: [Fault] = []
    var fileFaults: [Fault] = []
    /// Looks at a job that answer 404 first.
    var hiddenLooks = 0
    /// Listings that do not show jobs yet.
    var hiddenListings = 0
    var jobsCreated = 0
    var calls: [Call] = []
    var waits: [Duration] = []
    /// Members of every job that the host sets, whatever was asked.
    var overrides: [String: JSON] = [:]
    /// Whether the host gives back `metadata`, `tags` and `suffix`.
    var echoesTags = true
    var events: [UInt8] = Array("{\"data\":[]}".utf8)
    var checkpoints: [JSON] = []
    var deletionFault: [String: HostError] = [:]
  }

  let name: String
  /// Member under which the model's name appears.
  let modelMember: String
  private let state: Mutex<State>

  init(
    name: String = "openai",
    modelMember: String = "fine_tuned_model",
    _ change: (inout State) -> Void = { _ in }
  ) {
    self.name = name
    self.modelMember = modelMember
    var state = State()
    change(&state)
    self.state = Mutex(state)
  }

  /// What the host holds and was asked.
  var now: State { state.withLock { $0 } }

  /// Changes what the host holds.
  func change(_ change: @Sendable (inout State) -> Void) { state.withLock { change(&$0) } }

  /// Bodies of the job creations, as JSON.
  var orders: [JSON] {
    now.calls.filter {
      $0.method == "POST" && $0.path.hasSuffix("s") && !$0.path.hasSuffix("files")
    }
    .compactMap { call in
      guard case .json(let bytes) = call.body else { return nil }
      return JSONReader.read(bytes)
    }
  }

  func wait(_ duration: Duration) async throws {
    try Task.checkCancellation()
    state.withLock { $0.waits.append(duration) }
    // Endless jobs must not keep other tests from their threads.
    await Task.yield()
  }

  func send(_ call: Call) async throws -> Reply {
    try Task.checkCancellation()
    return try state.withLock { state in
      state.calls.append(call)
      return try answer(call, &state)
    }
  }

  private func answer(_ call: Call, _ state: inout State) throws -> Reply {
    let path = call.path.split(separator: "/").map(String.init)
    switch (call.method, path.first ?? "", path.count) {
    case ("POST", "files", _): return try upload(call, &state)
    case ("GET", "files", 1):
      let files: [JSON] = state.files.map { ["id": .string($0.id), "filename": .string($0.name)] }
      return reply(["data": .array(files)])
    case ("GET", "files", _):
      guard state.files.contains(where: { $0.id == path[1] }) else { throw missing(call) }
      return reply(["id": .string(path[1]), "processing_status": "COMPLETED"])
    case ("DELETE", "files", _):
      if let fault = state.deletionFault[path[1]] { throw fault }
      guard let index = state.files.firstIndex(where: { $0.id == path[1] }) else {
        throw missing(call)
      }
      state.files.remove(at: index)
      return reply(["deleted": true])
    case ("DELETE", "models", _):
      if let fault = state.deletionFault[path[1]] { throw fault }
      guard state.models.remove(path[1]) != nil else { throw missing(call) }
      return reply(["deleted": true])
    default:
      let rest = path.drop { $0 == "fine_tuning" || $0 == "jobs" || $0 == "fine-tunes" }
      return try jobs(call, Array(rest), &state)
    }
  }

  private func upload(_ call: Call, _ state: inout State) throws -> Reply {
    guard case .form(_, let file) = call.body else { throw missing(call) }
    let fault = state.fileFaults.isEmpty ? nil : state.fileFaults.removeFirst()
    if case .refused(let error) = fault { throw error }
    if case .lostRequest = fault { throw lost }
    let id = "file-\(state.files.count + 1)"
    state.files.append((id, file.name, file.content))
    if case .lostReply = fault { throw lost }
    if case .garbled = fault { return Reply(body: Array("<html>".utf8)) }
    return reply(["id": .string(id), "status": "uploaded"])
  }

  private func jobs(_ call: Call, _ path: [String], _ state: inout State) throws -> Reply {
    switch (call.method, path.count) {
    case ("POST", 0): return try create(call, &state)
    case ("GET", 0):
      if state.hiddenListings > 0 {
        state.hiddenListings -= 1
        return reply(["object": "list", "data": [], "has_more": false])
      }
      let jobs = state.jobs.reversed().map { JSON.object(shown($0.members, state)) }
      return reply(["object": "list", "data": .array(jobs), "has_more": false])
    default: break
    }
    guard let index = state.jobs.firstIndex(where: { $0.id == path[0] }) else {
      throw missing(call)
    }
    switch (call.method, path.last ?? "") {
    case ("GET", "events"): return Reply(body: state.events)
    case ("GET", "checkpoints"): return reply(["data": .array(state.checkpoints)])
    case ("POST", _):
      state.jobs[index].members["status"] = "cancelled"
      state.jobs[index].looks = .max
    case ("DELETE", _):
      state.jobs.remove(at: index)
      return reply(["deleted": true])
    default: try look(call, index, &state)
    }
    return reply(.object(shown(state.jobs[index].members, state)))
  }

  private func look(_ call: Call, _ index: Int, _ state: inout State) throws {
    if state.hiddenLooks > 0 {
      state.hiddenLooks -= 1
      throw missing(call)
    }
    guard state.jobs[index].looks != .max else { return }
    let script = state.scripts[min(index, state.scripts.count - 1)]
    let step = script[min(state.jobs[index].looks, script.count - 1)]
    state.jobs[index].looks += 1
    state.jobs[index].members.merge(step) { _, new in new }
    let status = state.jobs[index].members["status"]?.string
    if status == "succeeded" || status == "completed" {
      let model = "ft:\(state.jobs[index].id)"
      state.jobs[index].members[modelMember] = .string(model)
      state.models.insert(model)
    }
  }

  private func create(_ call: Call, _ state: inout State) throws -> Reply {
    let fault = state.jobFaults.isEmpty ? nil : state.jobFaults.removeFirst()
    if case .refused(let error) = fault { throw error }
    if case .lostRequest = fault { throw lost }
    guard case .json(let bytes) = call.body, let object = JSONReader.read(bytes)?.object
    else { throw missing(call) }
    var members = Dictionary(object.map { ($0.key, $0.value) }, uniquingKeysWith: { $1 })
    state.jobsCreated += 1
    let id = "ftjob-\(state.jobsCreated)"
    members["id"] = .string(id)
    members["status"] = "queued"
    members[modelMember] = .null
    members.merge(state.overrides) { _, new in new }
    state.jobs.append((id, members, 0))
    if case .lostReply = fault { throw lost }
    if case .garbled = fault { return Reply(body: Array("<html>".utf8)) }
    return reply(.object(shown(members, state)))
  }

  private func shown(_ members: [String: JSON], _ state: State) -> [String: JSON] {
    let hidden = state.echoesTags ? [] : ["metadata", "tags", "suffix"]
    return members.filter { !hidden.contains($0.key) }
  }

  private var lost: HostError { HostError(.unknownOutcome, "the connection was cut off") }

  private func missing(_ call: Call) -> HostError {
    HostError(.notFound, "no such thing: \(call.method) \(call.path)", status: 404)
  }

  private func reply(_ document: JSON) -> Reply { Reply(body: document.bytes) }
}
