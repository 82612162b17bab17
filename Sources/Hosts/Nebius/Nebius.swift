extension HostDefinition {
  /// Nebius Token Factory.
  ///
  /// Facts: API pages generated from its document of 6 May 2026.
  package static let nebius = HostDefinition(
    HostProfile(
      name: "nebius",
      title: "Nebius Token Factory",
      baseURL: "https://api.tokenfactory.nebius.com/v1",
      environment: HostProfile.Environment(key: "NEBIUS_API_KEY"),
      authorization: .bearer,
      training: TrainingProfile(
        wire: .openai,
        parallelJobs: 3,  // no limit is documented; refusals are waited out
        minimumExamples: 1,  // none is documented
        continuesTuned: false,  // from_checkpoint is documented for Hugging Face repositories only
        hyperparameters: TrainingProfile.HyperparameterNames(
          place: .hyperparameters,
          epochs: "n_epochs",
          batchSize: "batch_size",
          learningRate: "learning_rate",
          learningRateBase: 1e-5,  // its default
          // Packing would change which examples share a step; without lora all weights are tuned.
          members: ["packing": false, "lora": true, "lora_r": 8, "lora_alpha": 8]
        ),
        statuses: .usual,
        tag: .tags,
        suffixLength: 64,
        seed: "seed"
      ),
      // Documented, not seen in the field.
      scoring: ScoringProfile(methods: [.echo, .firstToken], batch: 16, readinessSeconds: 300),
      notes: [
        "Adapters tuned at Nebius are served per token on a few base models only, otherwise on a "
          + "dedicated endpoint; they can be downloaded and served elsewhere."
      ]
    )
  )
}
