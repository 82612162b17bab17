extension HostDefinition {
  /// Azure OpenAI (Microsoft Foundry), the v1 API without api-version.
  ///
  /// Facts: Microsoft's fine-tuning page of March 2026 and retirement page of 7 July 2026.
  package static let azure = HostDefinition(
    HostProfile(
      name: "azure",
      title: "Azure OpenAI",
      // Below https://NAME.openai.azure.com, which AZURE_OPENAI_ENDPOINT holds.
      basePath: "/openai/v1",
      environment: HostProfile.Environment(
        key: "AZURE_OPENAI_API_KEY",
        // Goes before the key; deployments are made with AZURE_MANAGEMENT_TOKEN.
        token: "AZURE_OPENAI_AD_TOKEN",
        baseURL: "AZURE_OPENAI_ENDPOINT"
      ),
      authorization: .apiKey,
      training: TrainingProfile(
        wire: .openai,
        parallelJobs: 3,  // 5 on the developer tier; 20 queued, 100 in all a resource
        minimumExamples: 10,
        continuesTuned: true,  // OpenAI's models only
        hyperparameters: TrainingProfile.HyperparameterNames(
          place: .method,
          epochs: "n_epochs",
          batchSize: "batch_size",
          learningRate: "learning_rate_multiplier"  // 0.02 to 0.2 is Microsoft's advice
        ),
        statuses: .usual,
        // Its documents do not name metadata; listed jobs also name their training file.
        tag: .suffix,
        suffixLength: 40,
        seed: "seed",
        byteOrderMark: true,  // its documents ask for UTF-8 with one
        // "developerTier" costs half and may be interrupted; left out is standard. The documents
        // differ in capitals.
        members: ["trainingType": "globalstandard"]
      ),
      scoring: ScoringProfile(
        methods: [.firstToken, .generatedPath],
        chatLimit: "max_completion_tokens",
        chatOnly: true,
        repliesNameOthers: true,  // deployments answer with the model behind them
        readinessSeconds: 300
      ),
      serving: .azure,
      notes: [
        "A model tuned on Azure answers only while it is deployed; at most 10 fine-tuned deployments "
          + "exist at once, and every one but the developer tier's costs money by the hour.",
        "Fine-tuning of the gpt-4o and gpt-4.1 families is kept for existing customers until April "
          + "2027 at the earliest.",
        "Azure gives no prompt log-probabilities: only completions of one token are read, and only "
          + "while the token is among the 20 most likely.",
      ]
    )
  )
}
