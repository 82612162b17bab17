extension HostDefinition {
  /// llama-server of llama.cpp.
  ///
  /// Its echo is ignored without a word, so completions are walked token by token through its own
  /// `/completion`.
  package static let llamaCpp = HostDefinition(
    HostProfile(
      name: "llama.cpp",
      title: "llama.cpp",
      // For a server in a network of your own, a run says baseURL: "http://…", allowsPlainHTTP: true.
      baseURL: "http://127.0.0.1:8080/v1",
      environment: HostProfile.Environment(key: "LLAMA_API_KEY"),
      authorization: .none,
      scoring: ScoringProfile(
        methods: [.tokenWalk, .echo, .firstToken, .generatedPath],
        tokenizer: .llamaCpp,
        topLogProbabilities: 20,
        readinessSeconds: 120  // 503 while it loads the model
      ),
      serving: .llamaCpp,
      limits: HostProfile.Limits(concurrency: 4),
      notes: [
        "Completions are walked token by token; with adapters (--lora FILE,FILE,… "
          + "--lora-init-without-apply; a model is then called lora:0, lora:1, …) every step reads "
          + "the whole prompt again, because llama-server's prompt cache mixes adapters up (its "
          + "issue 26207)."
      ]
    )
  )
}

extension ServingKind {
  /// One of the adapters that the server was started with is switched on in each request.
  package static let llamaCpp = ServingKind("llama.cpp", options: ["modelsAtOnce"]) {
    LlamaServing($0)
  }
}

extension Tokenizer {
  /// llama.cpp's `/tokenize` and, for chats, `/apply-template`.
  package static let llamaCpp = Tokenizer("llama.cpp", chats: .asText) { text, special in
    ["content": .string(text), "add_special": .bool(special), "parse_special": .bool(special)]
  }
}
