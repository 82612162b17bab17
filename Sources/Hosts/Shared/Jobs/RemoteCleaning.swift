public import Experiment

/// Deletes what a run made at a host: running jobs, models, files and records of jobs.
///
/// Only what the ledger lists, and what is tagged with the run's own job keys at the host.
/// Deployments and adapters are given back by those who opened them.
public struct RemoteCleaning: Sendable {
  /// What became of one thing.
  public struct Outcome: Sendable, Hashable {
    /// How it ended.
    public enum Result: Sendable, Hashable {
      /// The host deleted it.
      case deleted
      /// The host did not have it any more.
      case gone
      /// A job that no longer runs; the host keeps its record and offers no call to delete it.
      case ended
      /// It is still there, and why.
      case kept(String)
    }

    /// The thing.
    public let resource: RemoteResource
    /// How it ended.
    public let result: Result
  }

  private let host: any Host
  private let wire: any JobWire
  private let ledger: any Ledger
  private let pause: Duration

  /// Creates a clean-up.
  ///
  /// - Throws: `HostError` when the host does not fine-tune, or needs an account.
  package init(
    host: any Host,
    profile: HostProfile,
    ledger: any Ledger,
    account: String? = nil,
    pause: Duration? = nil
  ) throws(HostError) {
    let pause = pause ?? profile.training?.pause ?? .seconds(1)
    self.host = host
    self.ledger = ledger
    self.pause = pause
    wire = try profile.jobWire(host: host, account: account, pause: pause)
  }

  /// Cancels and deletes, and goes on after whatever fails.
  ///
  /// - Parameter jobKeys: Keys of the run's jobs, to find also what a crash left unwritten.
  /// - Returns: What became of each thing, jobs first.
  /// - Throws: The ledger's own error, or `CancellationError` when cancelled.
  public func clean(jobKeys: [String] = []) async throws -> [Outcome] {
    var resources = try ledger.resources(job: nil).filter { $0.host == host.name }
    var outcomes: [Outcome] = []
    for resource in resources where resource.id.isEmpty {
      try ledger.remove(resource)
      outcomes.append(
        Outcome(resource: resource, result: .kept("it may exist; look at the host's console"))
      )
    }
    resources.removeAll(where: \.id.isEmpty)
    for key in jobKeys {
      do {
        resources += try await unwritten(JobTag(key: key), beside: resources)
      } catch let error as HostError {
        let resource = RemoteResource(.job, id: "", job: key, host: host.name)
        let reason = "could not look for what is not written down: \(error.description)"
        outcomes.append(Outcome(resource: resource, result: .kept(reason)))
      }
    }
    let jobs = resources.filter { $0.kind == .job }
    var stopped: Set<RemoteResource> = []
    for job in jobs {
      do {
        if let model = try await stop(job.id) {
          let resource = RemoteResource(.model, id: model, job: job.job, host: host.name)
          if !resources.contains(resource) { resources.append(resource) }
        }
        stopped.insert(job)
      } catch let error as HostError {
        outcomes.append(try settle(job, error.isGone ? .gone : .kept(error.description)))
      }
    }
    for kind in [RemoteResource.Kind.model, .file, .job] {
      for resource in resources where resource.kind == kind {
        if kind == .job, !stopped.contains(resource) { continue }
        outcomes.append(try settle(resource, try await delete(resource)))
      }
    }
    return outcomes
  }

  /// What is tagged with a key at the host and missing in the ledger.
  private func unwritten(
    _ tag: JobTag,
    beside resources: [RemoteResource]
  ) async throws -> [RemoteResource] {
    func resource(_ kind: RemoteResource.Kind, _ id: String) -> RemoteResource {
      RemoteResource(kind, id: id, job: tag.key, host: host.name)
    }
    let own = resources.filter { $0.job == tag.key }
    var files = own.filter { $0.kind == .file }.map(\.id)
    var found: [RemoteResource] = []
    // Also beside a known one: an upload that was cut off may have arrived before it.
    for file in try await wire.files(of: tag) where !files.contains(file) {
      files.append(file)
      found.append(resource(.file, file))
    }
    let jobs = try await wire.jobs(of: tag, files: files) ?? []
    return found + jobs.map { resource(.job, $0.id) }.filter { !own.contains($0) }
  }

  /// Makes sure that a job does not run.
  ///
  /// - Throws: `HostError`; also when it still runs after some looks.
  private func stop(_ id: String) async throws -> String? {
    var job = try await wire.job(id)
    guard job.isUnderWay else { return job.state == .succeeded ? job.model : nil }
    do {
      try await wire.cancel(id)
    } catch let error as HostError where error.code == .refused {
      // It ended in the meantime; the next look tells.
    }
    var pace = Pace(pause)
    for _ in 0..<5 {
      do {
        job = try await wire.job(id)
      } catch let error as HostError where error.isGone {
        return nil
      }
      if !job.isUnderWay { return job.state == .succeeded ? job.model : nil }
      try await host.wait(pace.next())
    }
    throw HostError(.refused, "job \(id) was cancelled but still runs; clean again later")
  }

  private func delete(_ resource: RemoteResource) async throws -> Outcome.Result {
    do {
      if try await wire.delete(resource.kind, resource.id) { return .deleted }
      if resource.kind == .job { return .ended }
      return .kept("\(host.name) has no call to delete a \(resource.kind.rawValue)")
    } catch let error as HostError {
      return error.isGone ? .gone : .kept(error.description)
    }
  }

  private func settle(_ resource: RemoteResource, _ result: Outcome.Result) throws -> Outcome {
    if case .kept = result {} else { try ledger.remove(resource) }
    return Outcome(resource: resource, result: result)
  }
}
