import Experiment
import FoundationEssentials
import Synchronization

extension HostedTrainer {
  /// All jobs of a key that exist at the host, oldest first, whatever became of them.
  ///
  /// The ledger is asked first. Unless it knows one that may still give a model, the host is listed
  /// too: the process that created one may have died before it was written down.
  func known(_ tag: JobTag) async throws -> [RemoteJob] {
    let written = try written(tag)
    if let asked = written.first(where: { $0 == intent(tag) }) { throw unknown(asked.job) }
    var jobs: [RemoteJob] = []
    for resource in written where resource.kind == .job {
      if let job = try await look(resource.id) {
        jobs.append(job)
      } else {
        try ledger.remove(resource)
      }
    }
    if jobs.contains(where: \.isAlive) { return jobs }
    // With an uploaded file and no job, a creation may have been on its way when the process died:
    // a second look a little later costs nothing.
    let looks = written.contains { $0.kind == .file } && jobs.isEmpty ? 2 : 1
    for look in 1...looks {
      if look > 1 { try await host.wait(pause * 2) }
      let found = try await unwritten(tag, beside: jobs)
      jobs += found
      if !found.isEmpty { break }
    }
    return jobs
  }

  /// Creates a job, or adopts the one that was created although its reply was lost.
  func create(_ job: ModelJob, tag: JobTag, known: [RemoteJob]) async throws -> RemoteJob {
    let order = JobOrder(
      tag: tag,
      base: base,
      start: job.start?.name,
      file: try await upload(job, tag: tag),
      hyperparameters: asked(job),
      seed: job.seed,
      attempt: known.count + 1
    )
    var crowded = Pace(pause * 2)
    var lost = 0
    var early = 0
    var longestWait = WaitLimit(self.longestWait)
    let waiting = Waiting(for: "a place for a fine-tuning job at \(host.name)")
    defer { waiting.end() }
    while true {
      if profile.lists == false { try ledger.add(intent(tag)) }
      do {
        let made = try await wire.create(order)
        try ledger.add(resource(.job, made.id, job: tag.key))
        try ledger.remove(intent(tag))
        return made
      } catch let error as HostError {
        if mayHaveMade(error) {
          if profile.lists == false { throw unknown(tag.key) }
          waiting.tell(error.message, pause: .zero)
          if let found = try await search(tag, beside: known) { return found }
          lost += 1
          if lost == Self.attempts { throw error }
          continue
        }
        // It was refused for sure: whatever ends the wait, the next run may ask again.
        try ledger.remove(intent(tag))
        if error.meansFull {
          let pause = max(crowded.next(), error.pause ?? .zero)
          // The end of a job of ours makes room, however long that takes.
          if error.code != .later, underWay.withLock({ $0 > 0 }) { longestWait.renew() }
          guard longestWait.spend(pause) else { throw crowdedOut(error) }
          waiting.tell(error.message, pause: pause, until: end(of: error.pause))
          try await host.wait(pause)
        } else if error.meansEarly, early < Self.patience {
          early += 1
          let pause = crowded.next()
          waiting.tell(error.message, pause: pause)
          try await host.wait(pause)
        } else {
          throw error
        }
      }
    }
  }

  /// A limit that is not waited for, or not any more; it concerns every job.
  private func crowdedOut(_ error: HostError) -> HostError {
    error.with("\(error.message); that is longer than trainer.patienceMinutes", code: .later)
  }

  private func end(of pause: Duration?) -> Double? {
    pause.map { Date().timeIntervalSince1970 + $0 / .seconds(1) }
  }

  /// A job that was asked for at a host that cannot be listed: written down before it is asked.
  private func intent(_ tag: JobTag) -> RemoteResource { resource(.job, "", job: tag.key) }

  private func unknown(_ key: String) -> HostError {
    HostError(
      .unknownOutcome,
      "\(host.name) may or may not have created the job \(JobTag(key: key).name), and cannot list "
        + "its jobs; it is not asked again: look at its console, then clean this run"
    )
  }

  /// Whether a creation that ended so may nevertheless have made the job.
  private func mayHaveMade(_ error: HostError) -> Bool {
    error.code == .unknownOutcome || (profile.tag == .id && error.status == 409)
  }

  /// Looks several times for a job whose creation had an unknown outcome.
  ///
  /// - Returns: The job, written down; `nil` when it is surely not there.
  private func search(_ tag: JobTag, beside known: [RemoteJob]) async throws -> RemoteJob? {
    var pace = Pace(pause * 2)
    for _ in 0..<5 {
      try await host.wait(pace.next())
      if let found = try await unwritten(tag, beside: known).last { return found }
    }
    return nil
  }

  /// Jobs of a key at the host that are not known yet; they are written down.
  ///
  /// Not those whose model a clean-up deleted, hosts keep the record of the job. Which those are the ledger
  /// knows of its own; where it has nothing of the key, the jobs are another store's, and the host is asked.
  private func unwritten(_ tag: JobTag, beside known: [RemoteJob]) async throws -> [RemoteJob] {
    let written = try written(tag)
    let files = written.filter { $0.kind == .file }.map(\.id)
    let listed = try await wire.jobs(of: tag, files: files) ?? []
    var found: [RemoteJob] = []
    for job in listed where !known.contains(where: { $0.id == job.id }) {
      if let model = job.model {
        if try ledger.isGone(resource(.model, model, job: tag.key)) { continue }
        if written.isEmpty, try await !wire.has(model: model) { continue }
      }
      found.append(job)
    }
    for job in found { try ledger.add(resource(.job, job.id, job: tag.key)) }
    return found
  }

  /// Uploads the training file, unless the host has it already.
  private func upload(_ job: ModelJob, tag: JobTag) async throws -> String {
    for resource in try written(tag) where resource.kind == .file {
      if try await wire.isReady(file: resource.id) { return resource.id }
      try ledger.remove(resource)
    }
    let file = TrainingFile(job, tag: tag, profile: profile)
    var pace = Pace(pause * 2)
    for attempt in 1... {
      var id: String?
      do {
        id = try await wire.upload(file)
      } catch let error as HostError where error.code == .unknownOutcome {
        // A second file would cost nothing but its space; the first is found by its name if it can.
        try await host.wait(pace.next())
        id = try await wire.files(of: tag).first
        if id == nil, attempt == Self.attempts { throw error }
      }
      guard let id else { continue }
      try ledger.add(resource(.file, id, job: tag.key))
      if try await wire.isReady(file: id) { return id }
      try ledger.remove(resource(.file, id, job: tag.key))
      if attempt >= Self.attempts { break }
    }
    throw HostError(.notUnderstood, "\(host.name) took the training file but does not have it")
  }

  /// What the ledger knows of a key at this host.
  private func written(_ tag: JobTag) throws -> [RemoteResource] {
    try ledger.resources(job: tag.key).filter { $0.host == host.name }
  }
}

extension HostError {
  private func says(_ fragments: [String]) -> Bool {
    let text = "\(hostCode ?? "") \(message)".lowercased()
    return code == .refused && fragments.contains { text.contains($0) }
  }

  /// Whether it says that too many jobs are under way.
  var meansFull: Bool {
    code == .jobLimit || code == .rateLimited || code == .later
      || says([
        "concurrent", "queued jobs", "active job", "running job", "too many jobs",
        "too many fine", "similar job",
      ])
  }

  /// Whether it says that the training file is not usable yet.
  var meansEarly: Bool { says(["not ready", "being processed", "not been processed"]) }
}
