package import Experiment

extension HostedScorer {
  /// Finds a method that works by asking the host, and creates a scorer that uses it.
  ///
  /// - Parameters:
  ///   - endpoint: Where to ask.
  ///   - serving: How models become askable.
  ///   - method: A method to check by real calls; `nil` for the probe's pick.
  ///   - model: The model to ask; `nil` is the base.
  ///   - samples: Some of the run's own examples.
  ///   - concurrency: Calls at once.
  /// - Returns: The scorer, and what the probe found.
  /// - Throws: `HostError`, of code `unsupported` when no method works; `CancellationError`.
  package static func resolve(
    _ endpoint: ScoringEndpoint,
    serving: any Serving,
    method: ScoringMethod?,
    model: ModelReference?,
    samples: [Example],
    concurrency: Int
  ) async throws -> (scorer: HostedScorer, report: ProbeReport) {
    let report = try await probe(
      endpoint,
      serving: serving,
      model: model,
      samples: samples,
      methods: method.map { [$0] }
    )
    guard let found = report.method else {
      let reasons = report.checks.filter { $0.verdict == .no }.map { "\($0.name): \($0.detail)" }
      throw HostError(
        .unsupported,
        "\(endpoint.host.name) cannot read losses of these completions: "
          + reasons.joined(separator: "; ")
      )
    }
    var endpoint = endpoint
    endpoint.profile.batch = report.batch
    endpoint.profile.echoMaxTokens = report.echoMaxTokens
    endpoint.profile.topLogProbabilities =
      report.topLogProbabilities ?? endpoint.profile.topLogProbabilities
    let scorer = HostedScorer(
      endpoint: endpoint,
      serving: serving,
      method: found,
      concurrency: concurrency,
      context: report.context
    )
    return (scorer, report)
  }

  /// Opens a model, asks the host what it supports, and closes it again.
  package static func probe(
    _ endpoint: ScoringEndpoint,
    serving: any Serving,
    model: ModelReference?,
    samples: [Example],
    methods: [ScoringMethod]? = nil
  ) async throws -> ProbeReport {
    do {
      let served = try await serving.open(model)
      let report = try await Probe.run(endpoint, model: served, samples: samples, methods: methods)
      await serving.close(model)
      return report
    } catch {
      await serving.close(model)
      throw error
    }
  }
}
