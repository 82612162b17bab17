public import Experiment
import Synchronization

/// Fine-tunes at a host's API, each job at most once but for those the host itself fails.
///
/// What is made is written into the ledger at once. A job is found again by that, or by its tag at
/// the host, so that neither a lost reply nor a crash makes it twice. A cancelled call leaves the job
/// running at the host; the next call with the same key adopts it.
public final class HostedTrainer: Trainer {
  /// What is asked for where the caller says nothing: the setting of the DAUNCE paper.
  ///
  /// Never left to the host: its own choice depends on the size of the data and would differ between
  /// models that are compared.
  public static let pinned = Hyperparameters(
    epochs: 1,
    batchSize: 32,
    learningRateMultiplier: 1
  )

  /// Longest wait, unless told otherwise, for what may never come: a job in a state that nobody
  /// knows, a place under a limit.
  public static let longestWait = Duration.seconds(6 * 3600)

  /// Jobs of one key that the host itself may fail before the key is given up.
  static let attempts = 3

  /// What this trainer can do.
  public let trainerCapabilities: TrainerCapabilities

  /// The host by name: where its server is may change between two sessions of a run.
  public var identity: String { "host \(host.name)" }

  let host: any Host
  let wire: any JobWire
  let profile: TrainingProfile
  let base: String?
  let ledger: any Ledger
  /// The first wait; others are multiples of it.
  let pause: Duration
  /// Longest wait for what may never come.
  let longestWait: Duration
  /// Jobs of this process that are followed now.
  let underWay = Mutex(0)

  /// Creates a trainer.
  ///
  /// - Parameters:
  ///   - host: Who answers.
  ///   - profile: What the host is like; its `baseURL` is the one in use.
  ///   - base: The untuned model; `nil` when unknown, and then only tuned models can be continued.
  ///   - ledger: Where what is made is written down.
  ///   - account: Name of the account, for hosts that have it in their paths.
  ///   - parallelJobs: Jobs side by side; `nil` is the profile's number.
  ///   - pause: First wait between two looks; `nil` is the profile's.
  ///   - longestWait: Longest wait for what may never come.
  /// - Throws: `HostError` when the host does not fine-tune, or needs an account.
  package init(
    host: any Host,
    profile: HostProfile,
    base: String?,
    ledger: any Ledger,
    account: String? = nil,
    parallelJobs: Int? = nil,
    pause: Duration? = nil,
    longestWait: Duration = HostedTrainer.longestWait
  ) throws(HostError) {
    guard let training = profile.training else {
      throw HostError(
        .configuration,
        "\(profile.title) does not fine-tune: tune elsewhere (trainer.provider), or with a program "
          + "of your own (trainer.provider: \"command\"), and read losses here (scorer.provider)"
      )
    }
    self.host = host
    self.profile = training
    self.base = base
    self.ledger = ledger
    self.pause = pause ?? training.pause
    self.longestWait = longestWait
    wire = try profile.jobWire(
      host: host,
      account: account,
      pause: self.pause,
      longestWait: longestWait
    )
    trainerCapabilities = TrainerCapabilities(
      continuesTuned: training.continuesTuned,
      weighted: training.weights != nil,
      minimumExamples: training.minimumExamples,
      parallelJobs: parallelJobs ?? training.parallelJobs
    )
  }

  /// Carries out one job: adopts what exists, creates what does not, and waits for the model.
  ///
  /// There is no time-out for a job that is known to wait or to run: jobs queue for hours. Checkpoints are given where the host keeps them;
  /// tokens are 0 where it does not count them.
  ///
  /// - Parameters:
  ///   - job: What to train.
  ///   - progress: Called with the fraction done, 0...1, from any thread.
  /// - Returns: The tuned model and its checkpoints.
  /// - Throws: `HostError`, the ledger's own error, or `CancellationError` when cancelled.
  public func train(
    _ job: ModelJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> TrainedModel {
    try check(job)
    let tag = JobTag(key: job.key)
    var known = try await known(tag)
    while true {
      let remote: RemoteJob
      if let alive = known.last(where: \.isAlive) {
        remote = alive
      } else {
        try giveUp(known)
        remote = try await create(job, tag: tag, known: known)
      }
      let ended = try await follow(remote, progress: progress)
      switch ended.state {
      case .succeeded, .running, .unclear: return try await result(of: ended, for: job)
      case .stopped:
        throw HostError(
          .jobFailed,
          "\(host.name) job \(ended.id) was ended at the host without a model: '\(ended.words)'"
        )
      case .failed(let failure):
        if failure.cause != .host { throw failure.error(job: ended.id, host: host.name) }
        known.removeAll { $0.id == ended.id }
        known.append(ended)
      }
    }
  }

  /// Refuses what the host cannot do, before anything is made.
  private func check(_ job: ModelJob) throws(HostError) {
    if job.start != nil, !profile.continuesTuned {
      throw HostError(.unsupported, "\(host.name) cannot continue from a tuned model")
    }
    if let weights = job.weights, profile.weights == nil, weights.contains(where: { $0 != 1 }) {
      throw HostError(.unsupported, "\(host.name) cannot weigh training examples")
    }
  }

  /// Throws when another attempt would be pointless: refused data, or too many failed already.
  private func giveUp(_ known: [RemoteJob]) throws(HostError) {
    for job in known {
      if let failure = job.failure, failure.cause == .moderation || failure.cause == .data {
        throw failure.error(job: job.id, host: host.name)
      }
    }
    let failed = known.filter { $0.failure?.cause == .host }
    guard let last = failed.last, let failure = last.failure, failed.count >= Self.attempts else {
      return
    }
    throw HostError(
      .jobFailed,
      "\(host.name) failed this job \(failed.count) times, at last job \(last.id): "
        + (failure.message.isEmpty ? failure.code : failure.message),
      hostCode: failure.code
    )
  }

  private func result(of ended: RemoteJob, for job: ModelJob) async throws -> TrainedModel {
    guard let model = ended.model else {
      throw HostError(.jobFailed, "\(host.name) job \(ended.id) succeeded but names no model")
    }
    try ledger.add(resource(.model, model, job: job.key))
    let asked = asked(job)
    return TrainedModel(
      model: ModelReference(model),
      checkpoints: job.keepsCheckpoints
        ? try await checkpoints(of: ended.id, model: model, epochs: asked.epochs ?? 1) : [],
      hyperparameters: profile.settled(asked, echoed: ended.hyperparameters),
      tokens: ended.tokens ?? 0
    )
  }

  private func checkpoints(
    of id: String,
    model: String,
    epochs: Int
  ) async throws -> [ModelReference] {
    var names = try await wire.checkpoints(of: id)
    if names.isEmpty { return [] }
    if !names.contains(model) {
      // Hosts keep the last three epochs; the last one is then the model by another name.
      if names.count >= min(epochs, 3) { names.removeLast() }
      names.append(model)
    }
    return names.map { ModelReference($0) }
  }

  /// What the host is asked for, nothing left open.
  func asked(_ job: ModelJob) -> Hyperparameters {
    job.hyperparameters.filled(from: Self.pinned)
  }

  /// Something of a job as the ledger writes it down.
  func resource(_ kind: RemoteResource.Kind, _ id: String, job: String) -> RemoteResource {
    RemoteResource(kind, id: id, job: job, host: host.name)
  }
}

extension TrainingProfile {
  /// The first wait between two looks at a job.
  var pause: Duration { .seconds(pollSeconds ?? 1) }
}
