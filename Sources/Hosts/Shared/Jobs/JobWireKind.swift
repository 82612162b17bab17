/// A job protocol as profiles name it: the `wire` of `training`.
package struct JobWireKind: ProfileKind {
  package let name: String
  /// Keys of `training` that mean nothing to it.
  let ignored: Set<String>
  /// Makes the protocol for one host; throws `HostError` when something it needs is not there.
  let make: @Sendable (JobWireRequest) throws(HostError) -> any JobWire

  init(
    _ name: String,
    ignored: Set<String> = [],
    make: @escaping @Sendable (JobWireRequest) throws(HostError) -> any JobWire
  ) {
    self.name = name
    self.ignored = ignored
    self.make = make
  }

  package static func all(of host: HostProfile) -> [JobWireKind] {
    (host.training?.wire).map { [$0] } ?? []
  }
}

/// What a job protocol is made of.
struct JobWireRequest: Sendable {
  let calls: JobCalls
  /// What the host is like; its `baseURL` is the one in use.
  let profile: HostProfile
  let training: TrainingProfile
  /// Name of the account, for hosts that have it in their paths.
  let account: String?
}

extension HostProfile {
  /// The host's job protocol.
  ///
  /// - Throws: `HostError` when the host does not fine-tune, or needs an account or an address.
  func jobWire(
    host: any Host,
    account: String?,
    pause: Duration,
    longestWait: Duration = HostedTrainer.longestWait
  ) throws(HostError) -> any JobWire {
    guard let training else { throw HostError(.unsupported, "\(title) does not fine-tune") }
    let calls = JobCalls(host: host, pause: pause, longestWait: longestWait)
    return try training.wire.make(
      JobWireRequest(calls: calls, profile: self, training: training, account: account)
    )
  }
}
