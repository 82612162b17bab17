extension HostDefinition {
  /// OpenAI, and any server that speaks its wire: give `baseURL` for another one.
  ///
  /// Facts: its OpenAPI document of 14 Aug 2026 and its deprecations page, read 21 Nov 2026.
  package static let openai = HostDefinition(
    HostProfile(
      name: "openai",
      title: "OpenAI",
      baseURL: "https://api.openai.com/v1",
      environment: HostProfile.Environment(
        key: "OPENAI_API_KEY",
        baseURL: "OPENAI_BASE_URL",
        headers: ["OpenAI-Organization": "OPENAI_ORG_ID", "OpenAI-Project": "OPENAI_PROJECT_ID"]
      ),
      authorization: .bearer,
      training: TrainingProfile(
        wire: .openai,
        parallelJobs: 3,  // the real limit is shown only in the dashboard; refusals are waited out
        minimumExamples: 10,
        continuesTuned: true,  // `model` takes the id of a fine-tune
        hyperparameters: TrainingProfile.HyperparameterNames(
          place: .method,  // method.supervised.hyperparameters; the top-level form is deprecated
          epochs: "n_epochs",  // 1 to 50
          batchSize: "batch_size",  // 1 to 256
          learningRate: "learning_rate_multiplier"
        ),
        // `paused` and `pausing` have been seen too, though undocumented.
        statuses: .usual,
        tag: .metadata,
        filter: "metadata[daunce_job]",
        suffixLength: 64,
        seed: "seed"  // 0 to 2147483647; no guarantee
      ),
      // Its chat models give no prompt log-probabilities; its last models with echo ended 28 Sep 2026.
      scoring: ScoringProfile(
        methods: [.echo, .firstToken, .generatedPath],
        chatLimit: "max_completion_tokens",
        readinessSeconds: 300
      ),
      notes: [
        "OpenAI is ending fine-tuning: organisations without fine-tuned inference in the last 60 "
          + "days cannot create jobs since 2 July 2026, and nobody can after 6 January 2027.",
        "gpt-4o, gpt-4o-mini, gpt-4.1 and gpt-4.1-mini shut down on 14 January 2027 together with "
          + "all fine-tunes of them; gpt-4.1-nano was due to shut down on 23 October 2026.",
        "Training data and tuned models are moderated: poisoned or backdoored data may be refused "
          + "after the training.",
      ]
    )
  )
}
