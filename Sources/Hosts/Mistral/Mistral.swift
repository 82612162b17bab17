extension HostDefinition {
  /// Mistral: trains, but returns no log-probabilities anywhere.
  ///
  /// Facts: its OpenAPI document and Python client of 30 June 2026.
  package static let mistral = HostDefinition(
    HostProfile(
      name: "mistral",
      title: "Mistral",
      baseURL: "https://api.mistral.ai/v1",
      environment: HostProfile.Environment(key: "MISTRAL_API_KEY"),
      authorization: .bearer,
      training: TrainingProfile(
        wire: .openai,
        parallelJobs: 1,  // 409 while a similar job is active
        minimumExamples: 1,  // none is documented
        continuesTuned: false,
        hyperparameters: TrainingProfile.HyperparameterNames(
          place: .hyperparameters,
          epochs: "epochs",
          learningRate: "learning_rate",
          learningRateBase: 1e-4  // its default
        ),
        statuses: TrainingProfile.Statuses(
          succeeded: ["SUCCESS"],
          failed: ["FAILED", "FAILED_VALIDATION"],
          cancelled: ["CANCELLED"]
        ),
        tag: .suffix,
        filter: "suffix",
        suffixLength: 18,  // [general knowledge] its own limit
        filesAreListed: true,
        members: ["auto_start": true]  // otherwise it stops at VALIDATED
      ),
      notes: [
        "Mistral returns no log-probabilities: losses of models tuned here cannot be read. Tune open "
          + "weights elsewhere and read their losses on your own vLLM server.",
        "Mistral calls its fine-tuning deprecated; a job costs at least 4 dollars, a model 2 dollars "
          + "a month, and similar jobs must run one after another.",
      ]
    )
  )
}
