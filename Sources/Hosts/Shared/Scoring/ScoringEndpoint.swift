import Experiment

/// Where losses are asked for: a host, what its profile says, and its tokeniser.
package struct ScoringEndpoint: Sendable {
  package private(set) var host: any Host
  package var profile: ScoringProfile
  /// The server's URL without `/v1`, for routes beside it; `nil` when it has none that are used.
  package let root: String?
  /// The sampling temperature that requests name: 0, but for a probe that looks for its effect.
  var temperature = 0.0
  /// The server's tokeniser; shared by all models, which are tuned from one base.
  let tokenizer: ServerTokenizer?

  /// Describes where losses are asked for; without a base URL, paths are left as they are.
  package init(host: any Host, profile: ScoringProfile, baseURL: String?) {
    self.host = host
    self.profile = profile
    let root = baseURL.map(ServerAddress.root)
    self.root = root
    tokenizer = profile.tokenizer.map { ServerTokenizer($0, host: host, root: root) }
  }

  /// The same, asked through another host.
  func asking(_ other: any Host) -> ScoringEndpoint {
    var endpoint = self
    endpoint.host = other
    return endpoint
  }

  /// Sends a scoring request and makes sure that the model asked for answered.
  func post(
    _ path: String,
    _ body: [UInt8],
    _ mode: ReadingMode,
    bytes: Int
  ) async throws -> (call: Call, reply: Reply) {
    let call = Call(
      "POST",
      path,
      body: .json(body),
      purpose: mode.purpose,
      round: mode.round,
      tokens: bytes / 4 + 1
    )
    return (call, try await host.send(call))
  }

  /// What is wrong with a reply that is not what was asked for.
  func garbled(_ call: Call, _ reply: Reply, _ words: String) -> HostError {
    let excerpt = HostError.excerpt(reply.body)
    return HostError(.notUnderstood, "\(host.asked(call)) answered \(words): \(excerpt)")
  }

  /// The path of a route beside `/v1`.
  func native(_ path: String) -> String { (root ?? "") + path }

  /// What a request says besides its prompt.
  func members(of model: ServedModel, _ members: [String: JSON]) -> [String: JSON] {
    var all = members
    all["model"] = .string(model.name)
    all["temperature"] = .number(temperature)
    all.merge(profile.members ?? [:]) { _, own in own }
    return all.merging(model.members) { _, own in own }
  }

  /// Makes sure that a reply comes from the model asked for.
  ///
  /// llama.cpp answers 200 with its default model for a name it does not know. Aliases pass: the
  /// name with a date, without a deployment's (`#…`) or without folders.
  /// - Throws: `HostError` of code `notFound` when another one answered.
  func check(_ answered: String?, is model: ServedModel) throws(HostError) {
    guard let answered, profile.repliesNameOthers != true, !answered.isSame(as: model.name) else {
      return
    }
    if Self.isAlias(answered, model.name) || Self.isAlias(model.name, answered) { return }
    throw HostError(
      .notFound,
      "\(host.name) was asked for model '\(model.name)', but '\(answered)' answered"
    )
  }

  private static func isAlias(_ short: String, _ long: String) -> Bool {
    let short = short.lowercased()
    let long = long.lowercased()
    if short.isSame(as: long) || short.isEmpty { return true }
    if long.hasSuffix("/" + short) { return true }
    guard long.hasPrefix(short) else { return false }
    let rest = long.dropFirst(short.count)
    if rest.hasPrefix("#") || rest.hasPrefix("@") || rest == ":latest" { return true }
    return rest.hasPrefix("-20") && rest.dropFirst().allSatisfy { $0.isNumber || $0 == "-" }
      && rest.count >= 9
  }

  /// Binds a method to a model.
  ///
  /// - Throws: `HostError` when the model's adapter could not be named to the host.
  package func reader(
    by method: ScoringMethod,
    of model: ServedModel
  ) async throws -> any LossReader {
    try await method.reader(self, model)
  }

  /// The tokeniser, for methods that need ids.
  ///
  /// - Throws: `HostError` of code `unsupported` when the profile names none.
  func requiredTokenizer(for method: ScoringMethod) throws(HostError) -> ServerTokenizer {
    if let tokenizer { return tokenizer }
    throw HostError(
      .unsupported,
      "method '\(method.name)' needs token ids, but the profile of \(host.name) names no tokenizer"
    )
  }

  /// Token ids of an example.
  ///
  /// - Throws: `HostError`, also for chats that the server does not render; `CancellationError`.
  func tokens(
    of example: Example,
    _ tokenizer: ServerTokenizer,
    for method: String
  ) async throws -> PromptedTokens {
    if case .chat = example.prompt, !tokenizer.rendersChats { throw chatUnsupported(method) }
    return try await tokenizer.tokens(of: example)
  }

  /// What chats need that a host without a template route does not have.
  func chatUnsupported(_ method: String) -> HostError {
    HostError(
      .unsupported,
      "method '\(method)' cannot read losses of chat examples at \(host.name), which does not render its "
        + "chat template on request; write them as prompt and completion, or use 'first-token'"
    )
  }
}
