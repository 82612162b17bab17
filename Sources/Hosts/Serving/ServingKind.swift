/// How a host makes a model askable: the `serving` of a profile.
public enum ServingKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// Models are asked by their names as they are.
  case direct
  /// vLLM: adapter folders are loaded at run time.
  case vllm
  /// SGLang: adapter folders are loaded at run time.
  case sglang
  /// llama.cpp: one of the adapters that the server was started with is switched on in each request.
  case llamaCpp = "llama.cpp"
  /// Azure: every tuned model needs a deployment, and a resource may hold ten.
  case azure
  /// Fireworks: adapters are loaded into a deployment that takes add-ons.
  case fireworks
  /// Together: adapters are bound to a dedicated endpoint.
  case together
}
