extension HostDefinition {
  /// `daunce sandbox`: the reference model behind a loopback server that speaks OpenAI's wire.
  package static let sandbox = HostDefinition(
    HostProfile(
      name: "sandbox",
      title: "the sandbox",
      baseURL: "http://127.0.0.1:8000/v1",
      environment: HostProfile.Environment(key: "DAUNCE_SANDBOX_KEY"),
      authorization: .none,
      training: TrainingProfile(
        wire: .openai,
        parallelJobs: 4,
        minimumExamples: 1,
        continuesTuned: true,
        tag: .metadata,
        filter: "metadata[daunce_job]",
        suffixLength: 64,
        seed: "seed",
        pollSeconds: 0.1
      ),
      scoring: ScoringProfile(methods: [.echo, .firstToken], batch: 16, readinessSeconds: 60)
    )
  )
}
