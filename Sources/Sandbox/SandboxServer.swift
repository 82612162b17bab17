package import ReferenceModels
import Synchronization

/// The reference model behind a loopback, OpenAI-shaped HTTP server.
///
/// It serves files, fine-tuning jobs with events and checkpoints, models, completions with echo and
/// log-probabilities, chats with top log-probabilities, vLLM's `/tokenize`, and at `/sandbox/log`
/// what it was asked. Jobs really train, losses are real.
package final class SandboxServer: Sendable {
  /// The name of the base model.
  package static let base = "reference"

  private struct State {
    var listener: Socket?
    var connections: Set<Socket> = []
    /// Threads that have not ended, the listening one included.
    var threads = 0
    var isStopping = false
    var waiting: [CheckedContinuation<Void, Never>] = []
  }

  private static let mostConnections = 512

  private let folder: StateFolder
  private let jobs: TrainingJobs
  private let service: Connection.Service
  private let limits: RequestReader.Limits
  private let patience: Connection.Patience
  private let state: StateBox

  /// Creates a server, which serves nothing until it is started.
  ///
  /// - Parameters:
  ///   - provider: The reference model; its weights should lie in the same folder.
  ///   - folder: Where files and jobs are kept, so that a later server knows them; a temporary folder
  ///     that goes away with the server for `nil`.
  ///   - key: The bearer key that clients must send; everyone is served for `nil`.
  ///   - faults: What is to go wrong.
  ///   - jobs: Jobs that train side by side; further ones are queued.
  ///   - note: Called from any thread with one line a request: method, path, status, milliseconds.
  /// - Throws: `SandboxError` when the folder cannot be used or belongs to another reference model.
  package convenience init(
    provider: ReferenceProvider,
    folder: String? = nil,
    key: String? = nil,
    faults: SandboxFaults = SandboxFaults(),
    jobs: Int = 4,
    note: (@Sendable (String) -> Void)? = nil
  ) throws(SandboxError) {
    try self.init(
      provider: provider,
      folder: folder,
      key: key,
      faults: faults,
      jobs: jobs,
      limits: RequestReader.Limits(),
      patience: Connection.Patience(),
      note: note
    )
  }

  init(
    provider: ReferenceProvider,
    folder path: String? = nil,
    key: String? = nil,
    faults specification: SandboxFaults = SandboxFaults(),
    jobs limit: Int = 4,
    limits: RequestReader.Limits,
    patience: Connection.Patience,
    note: (@Sendable (String) -> Void)? = nil
  ) throws(SandboxError) {
    let folder = try StateFolder(path)
    try folder.claim(fingerprint: provider.fingerprint)
    let files = try UploadedFiles(folder)
    let faults = FaultPlan(specification)
    let log = SandboxLog()
    let jobs = try TrainingJobs(
      provider: provider,
      folder: folder,
      files: files,
      faults: faults,
      log: log,
      limit: limit
    )
    let models = ModelService(provider: provider, jobs: jobs, faults: faults, log: log)
    let router = Router(files: files, jobs: jobs, models: models, log: log, key: key)
    let state = StateBox()
    let numbers = Numbers()
    self.folder = folder
    self.jobs = jobs
    self.limits = limits
    self.patience = patience
    self.state = state
    service = Connection.Service(
      respond: { router.response(to: $0, number: $1) },
      fault: { faults.fault(for: $0) },
      finished: { request, response, isWhole, fault, time in
        if request.path.first != "sandbox" {
          log.record(response?.entries ?? [], isWhole: isWhole, fault: fault?.rawValue)
        }
        guard let note else { return }
        let status = response.map { "\($0.status)" } ?? "no reply"
        let milliseconds = Int(time / .milliseconds(1))
        let cause = fault.map { " (\($0.rawValue))" } ?? ""
        note("\(request.method) \(request.pathText) \(status) \(milliseconds) ms\(cause)")
      },
      torn: { log.tear($0.entries) },
      number: { numbers.next() },
      isStopping: { state.isStopping },
      hang: specification.hang
    )
  }

  private final class Numbers: Sendable {
    private let last = Atomic(0)
    func next() -> Int { last.add(1, ordering: .relaxed).newValue }
  }

  /// Shared by the server and its threads.
  private final class StateBox: Sendable {
    let mutex = Mutex(State())
    var isStopping: Bool { mutex.withLock { $0.isStopping } }
  }

  /// Listens on 127.0.0.1 and takes up jobs that an earlier server left unfinished.
  ///
  /// - Parameter port: The port; 0 lets the system choose.
  /// - Returns: The port.
  /// - Throws: `SandboxError` when the port cannot be had.
  package func start(port: Int = 0) throws(SandboxError) -> Int {
    let (listener, chosen) = try Socket.listening(on: port)
    state.mutex.withLock { state in
      precondition(state.listener == nil && !state.isStopping, "a server starts once")
      state.listener = listener
      state.threads += 1
    }
    guard WorkThread.start({ self.listen(listener) }) else {
      threadEnded()
      throw SandboxError(.port, "cannot start a thread to listen on 127.0.0.1:\(chosen)")
    }
    jobs.start()
    return chosen
  }

  /// Begins to stop: takes no more requests, finishes those under way, abandons trainings.
  ///
  /// Unfinished jobs start again under the next server of the same folder.
  package func stop() {
    // Under the lock, because a descriptor that is closed may be given out again at once.
    state.mutex.withLock { state in
      state.isStopping = true
      state.listener?.stopReceiving()
      for connection in state.connections { connection.stopReceiving() }
    }
  }

  /// Waits until the server has stopped; a cancelled wait stops it.
  package func wait() async {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        let isOver = state.mutex.withLock { state in
          let isOver = state.isStopping && state.threads == 0
          if !isOver { state.waiting.append(continuation) }
          return isOver
        }
        if isOver { continuation.resume() }
      }
    } onCancel: {
      stop()
    }
    await jobs.stop()
    folder.discard()
  }

  // MARK: Threads

  private func listen(_ listener: Socket) {
    while !state.isStopping, let connection = listener.accepted() {
      let isTaken = state.mutex.withLock { state in
        guard !state.isStopping, state.connections.count < Self.mostConnections else {
          return false
        }
        state.connections.insert(connection)
        state.threads += 1
        return true
      }
      guard isTaken else {
        let busy = APIError(503, "the sandbox serves \(Self.mostConnections) connections at most")
        _ = connection.send(busy.response.bytes(isHead: false, keepsAlive: false, id: 0))
        connection.close()
        continue
      }
      if !WorkThread.start({ self.serve(connection) }) { end(connection) }
    }
    state.mutex.withLock { $0.listener = nil }
    listener.close()
    threadEnded()
  }

  private func serve(_ socket: Socket) {
    var connection = Connection(socket, service, limits: limits, patience: patience)
    connection.serve()
    end(socket)
  }

  private func end(_ connection: Socket) {
    // Taken off the list first: nobody may touch a descriptor that the system may give out again.
    state.mutex.withLock { state in
      state.connections.remove(connection)
      connection.close()
    }
    threadEnded()
  }

  private func threadEnded() {
    let waiting = state.mutex.withLock { state -> [CheckedContinuation<Void, Never>] in
      state.threads -= 1
      guard state.isStopping, state.threads == 0 else { return [] }
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in waiting { continuation.resume() }
  }
}
