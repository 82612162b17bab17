extension HostDefinition {
  /// vLLM's own server, with LoRA adapters loaded at run time.
  ///
  /// Start it with --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, and as the notes say.
  package static let vllm = HostDefinition(
    HostProfile(
      name: "vllm",
      title: "vLLM",
      // For a server in a network of your own, a run says baseURL: "http://…", allowsPlainHTTP: true.
      baseURL: "http://127.0.0.1:8000/v1",
      environment: HostProfile.Environment(key: "VLLM_API_KEY"),
      authorization: .none,
      scoring: ScoringProfile(
        methods: [.echo, .promptLogProbabilities, .firstToken, .generatedPath],
        batch: 16,
        echoMaxTokens: 0,  // gives the prompt alone
        tokenizer: .vllm,
        topLogProbabilities: 20  // --max-logprobs
      ),
      serving: .vllm,
      limits: HostProfile.Limits(concurrency: 16),
      notes: [
        "Serve with --dtype float32 if you can: vLLM 0.32's losses are then a transformers forward "
          + "pass's to 1e-4 nats, in bfloat16 one was off by 0.8 nats, 0.017 on average.",
        "Start vLLM with --lora-target-modules and without lm_head among them, such as qkv_proj "
          + "o_proj: otherwise 0.32 dies at the first echo under an adapter (its issues 29955, 16668, "
          + "51594).",
        "Start vLLM with --no-enable-prefix-caching: cached prefixes have changed prompt "
          + "log-probabilities (its issue 42019).",
      ]
    )
  )
}

extension ServingKind {
  /// Adapter folders are loaded at run time: needs `--enable-lora` and
  /// `VLLM_ALLOW_RUNTIME_LORA_UPDATING=True`.
  package static let vllm = ServingKind("vllm", options: ["modelsAtOnce"]) { request in
    AdapterServing(request, path: "/v1") { ServedModel(name: $0) }
  }
}

extension Tokenizer {
  /// vLLM's `/tokenize`, which also renders chats with the model's template.
  package static let vllm = Tokenizer("vllm", chats: .asTokens, text: Tokenizer.promptBody)
}
