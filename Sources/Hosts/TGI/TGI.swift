extension HostDefinition {
  /// Text Generation Inference.
  ///
  /// Without --enable-prefill-logprobs it returns no log-probabilities of the prompt and says nothing
  /// about it.
  package static let tgi = HostDefinition(
    HostProfile(
      name: "tgi",
      title: "Text Generation Inference",
      // For a server in a network of your own, a run says baseURL: "http://…", allowsPlainHTTP: true.
      baseURL: "http://127.0.0.1:8080/v1",
      environment: HostProfile.Environment(key: "HF_TOKEN"),
      authorization: .none,
      scoring: ScoringProfile(methods: [.tgi, .firstToken], topLogProbabilities: 5),
      limits: HostProfile.Limits(concurrency: 16)
    )
  )
}
