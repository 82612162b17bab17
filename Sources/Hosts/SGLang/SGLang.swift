extension HostDefinition {
  /// SGLang's own server; adapters are named by lora_path in each request.
  package static let sglang = HostDefinition(
    HostProfile(
      name: "sglang",
      title: "SGLang",
      // For a server in a network of your own, a run says baseURL: "http://…", allowsPlainHTTP: true.
      baseURL: "http://127.0.0.1:30000/v1",
      environment: HostProfile.Environment(),
      authorization: .none,
      scoring: ScoringProfile(
        methods: [.sglang, .echo, .firstToken, .generatedPath],
        batch: 16,
        tokenizer: .sglang,
        topLogProbabilities: 20
      ),
      serving: .sglang,
      limits: HostProfile.Limits(concurrency: 16)
    )
  )
}

extension ServingKind {
  /// Adapter folders are loaded at run time: needs `--enable-lora`.
  package static let sglang = ServingKind("sglang", options: ["modelsAtOnce"]) { request in
    AdapterServing(request, path: "") { adapter in
      // The OpenAI routes read `model`, the native one `lora_path`; both take both.
      ServedModel(
        name: request.base.map { "\($0):\(adapter)" } ?? adapter,
        members: ["lora_path": .string(adapter)]
      )
    }
  }
}

extension Tokenizer {
  /// SGLang's `/tokenize`: texts only.
  package static let sglang = Tokenizer("sglang", chats: .none, text: Tokenizer.promptBody)
}
