import Experiment
import ReferenceModels
import Synchronization

/// The fine-tuning jobs and the models they made.
///
/// Jobs wait in the order they were made and train side by side up to a limit. A job that a stopped
/// server left unfinished starts again; its outcome is the same.
final class TrainingJobs: Sendable {
  private struct State {
    /// By number, oldest first.
    var records: [JobRecord] = []
    /// Place in `records` by id.
    var places: [String: Int] = [:]
    /// Weights by the name that clients use.
    var models: [ModelReference: String] = [:]
    var tasks: [String: Task<Void, Never>] = [:]
    /// How often each job was started here: a run that was paused must not report for a later one.
    var starts: [String: Int] = [:]
    var running = 0
    var isStopping = false

    mutating func add(_ record: JobRecord) {
      places[record.id] = records.count
      records.append(record)
      learnModels(of: record)
    }

    mutating func learnModels(of record: JobRecord) {
      for checkpoint in record.checkpoints {
        models[ModelReference(checkpoint.model)] = record.isDeleted ? nil : checkpoint.weights
      }
      if let model = record.model {
        models[ModelReference(model)] = record.isDeleted ? nil : record.id
      }
    }
  }

  private let provider: ReferenceProvider
  private let folder: StateFolder
  private let files: UploadedFiles
  private let faults: FaultPlan
  private let log: SandboxLog
  /// Jobs that train side by side.
  private let limit: Int
  private let state = Mutex(State())

  /// Takes up what an earlier server left in the folder, without starting anything.
  init(
    provider: ReferenceProvider,
    folder: StateFolder,
    files: UploadedFiles,
    faults: FaultPlan,
    log: SandboxLog,
    limit: Int
  ) throws(SandboxError) {
    self.provider = provider
    self.folder = folder
    self.files = files
    self.faults = faults
    self.log = log
    self.limit = max(1, limit)
    let known: [JobRecord] = try folder.all("jobs")
    state.withLock { state in
      for record in known.sorted(by: { $0.number < $1.number }) { state.add(record) }
    }
  }

  // MARK: Asking

  /// All jobs, oldest first.
  var all: [JobRecord] { state.withLock { $0.records } }

  /// The job of that id.
  func job(_ id: String) throws(APIError) -> JobRecord {
    let record = state.withLock { state in state.places[id].map { state.records[$0] } }
    guard let record else {
      throw APIError(
        404,
        "Could not find fine tune: \(id)",
        parameter: "fine_tune_id",
        code: "fine_tune_not_found"
      )
    }
    return record
  }

  /// Jobs whose models can be asked for, oldest first.
  var succeeded: [JobRecord] { all.filter { $0.status == .succeeded && !$0.isDeleted } }

  /// The model of that name; `nil` is the base.
  func model(_ name: String) throws(APIError) -> ModelReference? {
    if name == SandboxServer.base { return nil }
    guard let weights = state.withLock({ $0.models[ModelReference(name)] }) else {
      throw .unknownModel(name)
    }
    return ModelReference(weights)
  }

  // MARK: Acting

  /// Makes a job.
  func create(_ request: JobRequest) throws -> JobRecord {
    let start = try model(request.model)?.name
    do {
      _ = try files.file(request.training_file)
    } catch {
      throw APIError.invalid(
        "training_file",
        "invalid training_file: \(request.training_file)",
        code: "invalid_training_file"
      )
    }
    let record = try state.withLock { state in
      let number = state.records.count + 1
      var record = JobRecord(
        id: "ftjob-" + shortID("job", number, digits: 24),
        number: number,
        specification: try request.specification(seed: number),
        start: start,
        createdAt: secondsSince1970()
      )
      record.note("Created fine-tuning job: \(record.id)")
      record.note("Validating training file: \(record.specification.trainingFile)")
      try folder.write(record, "jobs", record.id)
      state.add(record)
      return record
    }
    launch(record.id) { await self.validate(record) }
    return record
  }

  /// Ends a job that is not over; a job that is over refuses.
  func cancel(_ id: String) throws -> JobRecord {
    try interrupt(id, from: { !$0.isFinal }) {
      $0.become(.cancelled, "Fine-tuning job cancelled")
    }
  }

  /// Stops a waiting or training job until it is resumed.
  func pause(_ id: String) throws -> JobRecord {
    try interrupt(id, from: { $0 == .queued || $0 == .running }) {
      $0.become(.paused, "Fine-tuning job paused")
    }
  }

  /// Lets a paused job train from the start again.
  func resume(_ id: String) throws -> JobRecord {
    let record = try interrupt(id, from: { $0 == .paused }) {
      $0.become(.queued, "Fine-tuning job resumed")
    }
    startWaiting()
    return record
  }

  private func interrupt(
    _ id: String,
    from isEligible: (JobRecord.Status) -> Bool,
    _ change: (inout JobRecord) -> Void
  ) throws -> JobRecord {
    let status = try job(id).status
    let record = update(id, if: isEligible, change)
    guard let record else {
      throw APIError.invalid(
        nil,
        "Job has already completed or is not in a fitting state: \(status)"
      )
    }
    state.withLock { $0.tasks[id] }?.cancel()
    startWaiting()
    return record
  }

  /// Deletes the models of a job, by the name of its last one.
  func remove(model name: String) throws {
    let record = all.first { $0.model?.isSame(as: name) == true && !$0.isDeleted }
    guard let record else {
      if name == SandboxServer.base {
        throw APIError(403, "The base model cannot be deleted", parameter: "model")
      }
      throw APIError.unknownModel(name)
    }
    state.withLock { state in
      guard let place = state.places[record.id] else { return }
      state.records[place].isDeleted = true
      state.learnModels(of: state.records[place])
      keep(state.records[place])
    }
    for weights in [record.id] + record.checkpoints.map(\.weights) {
      try provider.remove(ModelReference(weights))
    }
  }

  // MARK: Working

  /// Starts what an earlier server left unfinished.
  func start() {
    for record in all where !record.status.isFinal && record.status != .paused {
      let record = update(record.id) { $0.become(.validating, "Fine-tuning job taken up again") }
      if let record { launch(record.id) { await self.validate(record) } }
    }
  }

  /// Stops all work and waits until it has ended; unfinished jobs stay so in the folder.
  func stop() async {
    let tasks = state.withLock { state in
      state.isStopping = true
      return Array(state.tasks.values)
    }
    for task in tasks { task.cancel() }
    for task in tasks { await task.value }
  }

  private func launch(_ id: String, _ work: @escaping @Sendable () async -> Void) {
    state.withLock { state in
      if state.isStopping { return }
      let start = state.starts[id, default: 0] + 1
      state.starts[id] = start
      state.tasks[id] = Task {
        await work()
        self.state.withLock { state in
          if state.starts[id] == start { state.tasks[id] = nil }
        }
      }
    }
  }

  private func validate(_ record: JobRecord) async {
    do {
      _ = try examples(of: record)
      let message = "Files validated, moving job to queued state"
      update(record.id, if: { $0 == .validating }) { $0.become(.queued, message) }
    } catch {
      update(record.id, if: { $0 == .validating }) { record in
        record.failure = JobRecord.Failure(
          code: "invalid_training_file",
          message: "\(error)",
          parameter: "training_file"
        )
        record.become(
          .failed,
          "The job failed due to an invalid training file: \(error)",
          level: "error"
        )
      }
    }
    startWaiting()
  }

  private struct Invalid: Error, CustomStringConvertible {
    let description: String
  }

  private func examples(of record: JobRecord) throws -> [Example] {
    let file = record.specification.trainingFile
    let content: [UInt8]
    do { content = try files.content(of: file) } catch { throw Invalid(description: error.message) }
    let examples: [Example]
    do throws(ExampleFileError) {
      examples = try ExampleFile.parse(content, role: .train, file: file)
    } catch {
      let line = error.line.map { ", line \($0)" } ?? ""
      throw Invalid(description: "\(file)\(line): \(error.reason)")
    }
    for example in examples {
      let count = provider.tokens(in: example)
      guard count <= provider.context else {
        throw Invalid(
          description: "\(file): example '\(example.id)' has \(count) tokens, of at most "
            + "\(provider.context)"
        )
      }
    }
    return examples
  }

  private func startWaiting() {
    let next = state.withLock { state -> [JobRecord] in
      var next: [JobRecord] = []
      while !state.isStopping, state.running < limit,
        let place = state.records.firstIndex(where: { $0.status == .queued })
      {
        state.running += 1
        state.records[place].become(.running, "Fine-tuning job started")
        keep(state.records[place])
        next.append(state.records[place])
      }
      return next
    }
    for record in next { launch(record.id) { await self.train(record) } }
  }

  private func train(_ record: JobRecord) async {
    let start = state.withLock { $0.starts[record.id] }
    let specification = record.specification
    do {
      if faults.fails(job: specification.identity) {
        log.record(fault: SandboxFaults.Kind.jobFailure.rawValue)
        throw Invalid(description: "The job failed due to an internal error (injected fault)")
      }
      let examples = try examples(of: record)
      let trained = try await provider.train(
        ModelJob(
          key: record.id,
          start: record.start.map(ModelReference.init),
          examples: examples,
          hyperparameters: Hyperparameters(
            epochs: specification.epochs,
            batchSize: specification.batchSize,
            learningRateMultiplier: specification.learningRateMultiplier
          ),
          seed: UInt64(specification.seed),
          keepsCheckpoints: true
        )
      ) { _ in }
      let steps = (examples.count + specification.batchSize - 1) / specification.batchSize
      finish(record.id, start) { $0.succeed(trained, steps: steps) }
    } catch is CancellationError {
      // Whoever cancelled it wrote down why; a stopped server leaves it to the next one.
    } catch {
      finish(record.id, start) { record in
        record.failure = JobRecord.Failure(code: "server_error", message: "\(error)")
        record.become(.failed, "The job failed: \(error)", level: "error")
      }
    }
    state.withLock { $0.running -= 1 }
    startWaiting()
  }

  private func finish(_ id: String, _ start: Int?, _ change: (inout JobRecord) -> Void) {
    let isCurrent = state.withLock { $0.starts[id] == start }
    guard isCurrent, let record = update(id, if: { $0 == .running }, change) else { return }
    if let model = record.model { faults.made(model: model) }
  }

  // MARK: Keeping

  /// Changes a job unless its status forbids it; `nil` then.
  @discardableResult
  private func update(
    _ id: String,
    if isEligible: (JobRecord.Status) -> Bool = { _ in true },
    _ change: (inout JobRecord) -> Void
  ) -> JobRecord? {
    state.withLock { state in
      guard let place = state.places[id], isEligible(state.records[place].status) else {
        return nil
      }
      change(&state.records[place])
      state.learnModels(of: state.records[place])
      keep(state.records[place])
      return state.records[place]
    }
  }

  /// Writes a job down; what cannot be written is done again by the next server.
  private func keep(_ record: JobRecord) { try? folder.write(record, "jobs", record.id) }
}

extension JobRecord {
  /// Takes over what training gave.
  fileprivate mutating func succeed(_ trained: TrainedModel, steps: Int) {
    let name = modelName
    for (index, weights) in trained.checkpoints.enumerated() {
      let step = steps * (index + 1)
      checkpoints.append(
        Checkpoint(
          id: "ftckpt-\(id.dropFirst("ftjob-".count))-\(step)",
          createdAt: secondsSince1970(),
          step: step,
          model: "\(name):ckpt-step-\(step)",
          weights: weights.name
        )
      )
      note("Checkpoint created at step \(step)")
    }
    trainedTokens = trained.tokens
    model = name
    note("New fine-tuned model created: \(name)")
    become(.succeeded, "The job has successfully completed")
  }
}
