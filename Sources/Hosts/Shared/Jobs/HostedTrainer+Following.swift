import Experiment
import Synchronization

extension HostedTrainer {
  /// Looks a job may be absent, or succeeded without naming its model, before that is believed.
  ///
  /// Hosts answer 404 for a while after a creation; with growing waits this is about a minute.
  static let patience = 9

  /// Watches a job until it ends.
  ///
  /// - Throws: `HostError` when it vanished or was in an unclear state for too long, or `CancellationError` when cancelled; the job itself
  ///   goes on at the host.
  func follow(
    _ start: RemoteJob,
    progress: @escaping @Sendable (TrainingProgress) -> Void
  ) async throws -> RemoteJob {
    var job = start
    var pace = Pace(pause)
    var shown = 0.0
    var readsEvents = true
    var nameless = 0
    var longestWait = WaitLimit(self.longestWait)
    underWay.withLock { $0 += 1 }
    defer { underWay.withLock { $0 -= 1 } }
    let waiting = Waiting(for: "job \(job.id) at \(host.name)")
    defer { waiting.end() }
    while true {
      if job.state == .succeeded, job.model == nil {
        nameless += 1
        if nameless >= Self.patience { return job }
      } else if !job.isUnderWay {
        if job.state == .succeeded { progress(TrainingProgress(1)) }
        return job
      }
      var fraction = job.progress
      if fraction == nil, readsEvents {
        do {
          fraction = try await wire.progress(of: job.id)
        } catch let error as HostError where error.code != .notRecorded {
          // Progress is a kindness; a host that cannot tell it is asked once.
          readsEvents = false
        }
      }
      if let fraction, fraction > shown {
        shown = fraction
        progress(TrainingProgress(fraction))
      }
      let pause = pace.next()
      if job.state != .unclear {
        longestWait.renew()
      } else if !longestWait.spend(pause) {
        throw HostError(
          .jobFailed,
          "\(host.name) job \(job.id) stays '\(job.words)', for longer than "
            + "trainer.patienceMinutes; look at it there: the next run follows it again"
        )
      }
      waiting.tell(job.words, pause: pause, isUsual: job.state == .running)
      try await host.wait(pause)
      guard let seen = try await look(job.id) else {
        throw HostError(
          .jobFailed,
          "\(host.name) does not know job \(job.id) any more, and it gave no model"
        )
      }
      job = seen
    }
  }

  /// A job as it stands, given time to appear; `nil` when the host does not have it.
  func look(_ id: String) async throws -> RemoteJob? {
    var pace = Pace(pause)
    let waiting = Waiting(for: "job \(id) at \(host.name)")
    defer { waiting.end() }
    for attempt in 1...Self.patience {
      do {
        return try await wire.job(id)
      } catch let error as HostError where error.isGone || error.code == .rateLimited {
        if error.code == .rateLimited, attempt == Self.patience { throw error }
        guard attempt < Self.patience else { break }
        let pause = pace.next()
        waiting.tell(error.message, pause: pause)
        try await host.wait(pause)
      }
    }
    return nil
  }
}
