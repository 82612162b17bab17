public import Experiment
import FoundationEssentials

/// Any external program as the fine-tuning backend: JSON in, JSON lines out.
///
/// The program gets one object on its standard input: `version` (1), `key`, `start` (model or `null`),
/// `base`, `training_file` (JSON Lines in the hosts' format, with a top-level `weight` where weights
/// are used), `examples`, `hyperparameters` (`epochs`, `batch_size`, `learning_rate_multiplier`),
/// `seed`, `keep_checkpoints`, and `output`, a folder of this job's own which it may fill and return
/// as the model. It prints objects, one a line:
///
/// - `{"progress": 0.4}` any number of times;
/// - `{"model": "…", "checkpoints": ["…"], "tokens": 123, "hyperparameters": {…}}` at the end, or
/// - `{"error": "…"}`, or
/// - `{"job": "4711"}` when it has only submitted the work. Then the poll command is run every
///   interval with `version`, `key`, `job` and `output` on its standard input until it prints a model
///   or an error.
///
/// Everything else belongs on standard error, which is kept in a log beside the training file. Equal
/// keys mean equal jobs: a result is kept and never asked for twice, but a program that was killed is
/// run again with the same key and `output`, so that it should resume or begin anew there. It does
/// not run twice at once: one that outlived its `daunce` is waited for.
public final class CommandTrainer: Trainer {
  /// Bytes a line of a program's output may have.
  static let longestLine = 1 << 20
  /// Runs of the poll command that may fail in a row before the job counts as failed.
  static let pollFailures = 5

  /// Longest time, unless told otherwise, in which the poll command may say nothing: queues of
  /// clusters are long.
  public static let longestWait = Duration.seconds(72 * 3600)

  private let options: CommandOptions
  private let ledger: any Ledger
  private let name: String
  private let environment: [String: String]

  /// The program with its arguments.
  public var identity: String {
    String(decoding: JSON.array(options.program.map { .string($0) }).bytes, as: UTF8.self)
  }

  /// What the options say.
  public var trainerCapabilities: TrainerCapabilities { options.capabilities }

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - options: What to run, and how.
  ///   - ledger: Where submitted jobs are written down.
  ///   - name: What the ledger calls the host.
  public init(_ options: CommandOptions, ledger: any Ledger, name: String = "command") {
    self.options = options
    self.ledger = ledger
    self.name = name
    environment = ProcessInfo.processInfo.environment.filter { !options.withheld.contains($0.key) }
  }

  /// Runs the program, or adopts what an earlier run of it has done or submitted.
  ///
  /// Cancelling ends a running program with its whole process group; submitted jobs stay.
  public func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel {
    let folder = try CommandFolder(in: options.folder, key: job.key)
    let training = job.lines(weighted: true)
    let request = self.request(for: job, folder).bytes
    var digest = Digest()
    digest.update(request)
    digest.update(training)
    let result: CommandResult
    if let adopted = folder.adopted("\(digest)") {
      result = adopted
    } else {
      try folder.write(training, to: folder.training)
      result = try await carryOut(job.key, request, folder, progress)
      try folder.keep(result, "\(digest)")
      if let submitted = try submitted(job.key) { try ledger.remove(submitted) }
    }
    progress(TrainingProgress(1))
    return TrainedModel(
      model: ModelReference(result.model),
      checkpoints: result.checkpoints.map(ModelReference.init),
      hyperparameters: result.hyperparameters.filled(from: job.hyperparameters),
      tokens: result.tokens ?? 0
    )
  }

  private func carryOut(
    _ key: String,
    _ request: [UInt8],
    _ folder: CommandFolder,
    _ progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> CommandResult {
    if try submitted(key) == nil {
      let run = CommandRun(options.program, environment: environment, grace: options.grace)
      let waiting = Waiting(for: "'\(run.program)'")
      defer { waiting.end() }
      waiting.tell("it says nothing yet", pause: .zero, isUsual: true)
      let report = try await run(request, folder) { report in
        switch report {
        case .progress(let fraction):
          waiting.tell(Self.words(fraction), pause: .zero, isUsual: true)
          progress(TrainingProgress(fraction))
        // At once: from here on the work exists, whatever becomes of the program.
        case .job(let id):
          try self.ledger.add(RemoteResource(.job, id: id, job: key, host: self.name))
        case .model, .failure: break
        }
      }
      switch report {
      case .model(let result): return result
      case .failure(let message):
        throw HostError(.jobFailed, "'\(run.program)' could not train '\(key)': \(message)")
      case .job: break
      case .progress, nil:
        throw HostError(.command, "'\(run.program)' ended without printing a model for '\(key)'")
      }
    }
    guard let job = try submitted(key) else {
      throw HostError(.command, "the job submitted for '\(key)' is not in the ledger")
    }
    return try await follow(job, folder, progress)
  }

  /// Runs the poll command until it tells how the job ended.
  private func follow(
    _ job: RemoteResource,
    _ folder: CommandFolder,
    _ progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> CommandResult {
    guard let poll = options.poll else {
      throw HostError(
        .configuration,
        "job '\(job.id)' was submitted for '\(job.job)', but there is no poll command to follow it"
      )
    }
    let run = CommandRun(poll, environment: environment, grace: options.grace)
    let request: JSON = [
      "version": 1, "key": .string(job.job), "job": .string(job.id),
      "output": .string(folder.output),
    ]
    var failures = 0
    var words = "submitted"
    var longestWait = WaitLimit(options.longestWait)
    let waiting = Waiting(for: "job '\(job.id)' of '\(run.program)'")
    defer { waiting.end() }
    while true {
      waiting.tell(words, pause: options.interval, isUsual: failures == 0)
      do {
        let report = try await run(request.bytes, folder) { report in
          if case .progress(let fraction) = report {
            words = Self.words(fraction)
            progress(TrainingProgress(fraction))
          }
        }
        failures = 0
        switch report {
        case .model(let result): return result
        case .failure(let message):
          // Struck out, so that a later call submits it anew.
          try ledger.remove(job)
          throw HostError(.jobFailed, "job '\(job.id)' of '\(job.job)' failed: \(message)")
        case .progress, .job: longestWait.renew()
        case nil: break
        }
      } catch let error as HostError where error.code == .command {
        failures += 1
        words = error.message
        if failures >= Self.pollFailures { throw error }
      }
      guard longestWait.spend(options.interval) else {
        throw HostError(
          .jobFailed,
          "'\(run.program)' has said nothing about job '\(job.id)' of '\(job.job)' for longer than "
            + "trainer.patienceMinutes; the next run asks again"
        )
      }
      try await Task.sleep(for: options.interval)
    }
  }

  private static func words(_ fraction: Double) -> String {
    "\(Int((fraction * 100).rounded(.down))) % done"
  }

  private func submitted(_ key: String) throws -> RemoteResource? {
    try ledger.resources(job: key).last { $0.kind == .job && $0.host == name }
  }

  private func request(for job: ModelJob, _ folder: CommandFolder) -> JSON {
    [
      "version": 1,
      "key": .string(job.key),
      "start": job.start.map { .string($0.name) } ?? .null,
      "base": options.base.map(JSON.string) ?? .null,
      "training_file": .string(folder.training),
      "examples": .number(Double(job.examples.count)),
      "hyperparameters": job.hyperparameters.document,
      // Programs keep numbers as doubles or signed; 53 bits survive both.
      "seed": .number(Double(job.seed & (1 << 53 - 1))),
      "keep_checkpoints": .bool(job.keepsCheckpoints),
      "output": .string(folder.output),
    ]
  }
}
