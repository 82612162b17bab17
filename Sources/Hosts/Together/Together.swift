extension HostDefinition {
  /// Together AI.
  ///
  /// Facts: its OpenAPI document of 28 Apr 2026, its Python client of 23 Dec 2025.
  package static let together = HostDefinition(
    HostProfile(
      name: "together",
      title: "Together AI",
      baseURL: "https://api.together.ai/v1",
      environment: HostProfile.Environment(key: "TOGETHER_API_KEY", baseURL: "TOGETHER_BASE_URL"),
      authorization: .bearer,
      training: TrainingProfile(
        wire: .together,
        parallelJobs: 3,  // no limit is documented; refusals are waited out
        minimumExamples: 1,
        continuesTuned: true,
        continuation: "from_checkpoint",  // a job's id or its output model
        // Management calls of v1 are announced to move with the end of 2026.
        paths: TrainingProfile.Paths(files: "/files", jobs: "/fine-tunes"),
        hyperparameters: TrainingProfile.HyperparameterNames(
          place: .body,
          epochs: "n_epochs",
          batchSize: "batch_size",
          learningRate: "learning_rate",
          learningRateBase: 1e-5,  // its default
          // Packing would put several examples into one row and change which share a step.
          members: ["packing": false, "n_checkpoints": 1]
        ),
        statuses: TrainingProfile.Statuses(
          succeeded: ["completed"],
          failed: ["error", "user_error"],
          cancelled: ["cancelled"]
        ),
        tag: .suffix,
        suffixLength: 40,
        seed: "random_seed",
        weights: .topLevel,  // a factor of 0 or more on the loss of all tokens of the row
        members: [
          "training_method": ["method": "sft", "train_on_inputs": false],
          "training_type": ["type": "Lora", "lora_r": 16, "lora_alpha": 32],
        ]
      ),
      // `prompt` is a single string: no lists.
      scoring: ScoringProfile(methods: [.echo, .firstToken], readinessSeconds: 300),
      serving: .together,
      notes: [
        "A model tuned at Together answers only on a dedicated or multi-LoRA endpoint, billed by the "
          + "minute; its adapter can also be downloaded and served elsewhere.",
        "With packing off, Together bills rows times the longest sequence.",
        "Tuned models are deleted in Together's console; its API deletes files and jobs.",
      ]
    )
  )
}
