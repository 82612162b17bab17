extension HostDefinition {
  /// Fireworks AI.
  ///
  /// Facts: its Python client of 21 Jul 2026, its cookbook of 19 Aug 2026, its API pages.
  package static let fireworks = HostDefinition(
    HostProfile(
      name: "fireworks",
      title: "Fireworks AI",
      baseURL: "https://api.fireworks.ai/inference/v1",
      environment: HostProfile.Environment(
        key: "FIREWORKS_API_KEY",
        baseURL: "FIREWORKS_BASE_URL",
        account: "FIREWORKS_ACCOUNT_ID"
      ),
      authorization: .bearer,
      training: TrainingProfile(
        wire: .fireworks,
        parallelJobs: 3,  // no limit is documented; refusals are waited out
        minimumExamples: 3,
        continuesTuned: true,
        paths: TrainingProfile.Paths(
          root: "/v1/accounts/{account}",
          files: "/datasets",
          jobs: "/supervisedFineTuningJobs",
          models: "/models"
        ),
        hyperparameters: TrainingProfile.HyperparameterNames(
          place: .body,
          epochs: "epochs",
          batchSize: "batchSizeSamples",  // batchSize counts tokens
          learningRate: "learningRate",
          learningRateBase: 1e-4  // of its own examples
        ),
        statuses: TrainingProfile.Statuses(
          succeeded: ["JOB_STATE_COMPLETED", "JOB_STATE_EARLY_STOPPED"],
          failed: ["JOB_STATE_FAILED", "JOB_STATE_EXPIRED"],
          cancelled: ["JOB_STATE_CANCELLED", "JOB_STATE_DELETING"]
        ),
        tag: .id,
        // Weights of rows are documented, but whether supervised jobs heed them is not known.
        // Carving out and stopping early would both change what is trained on.
        members: ["loraRank": 16, "evalAutoCarveout": false, "earlyStop": false]
      ),
      scoring: ScoringProfile(
        methods: [.echo, .firstToken],
        batch: 16,
        readinessSeconds: 300,
        // The default cuts long prompts without a word.
        members: ["context_length_exceeded_behavior": "error"]
      ),
      serving: .fireworks,
      notes: [
        "A model tuned at Fireworks answers only on an on-demand deployment, billed by the hour of "
          + "GPU; one deployment with add-ons serves up to 100 adapters.",
        "Fireworks takes no seed: equal jobs may differ a little.",
      ]
    )
  )
}
