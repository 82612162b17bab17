package import Experiment

/// Adapters that are bound to one dedicated Together endpoint with LoRA enabled.
///
/// Requests name `<user>/<endpoint>:<user>/<adapter>`.
/// - SeeAlso: docs.together.ai, "Serve multiple LoRA adapters on one endpoint" (beta).
package struct TogetherServing: ClearableServing {
  package let modelsAtOnce: Int
  package var takes: RemoteResource.Kind { .adapter }
  private let endpoint: String
  private let host: any Host
  private let base: String?
  private let patience: Patience
  private let takings: Takings

  /// Creates a serving.
  ///
  /// - Parameters:
  ///   - endpoint: Id of the endpoint, `endpoint-…`.
  ///   - host: The host.
  ///   - base: Name of the base model; `nil` when it is not known.
  ///   - modelsAtOnce: Adapters bound at once, at least 1.
  ///   - patience: How long an adapter may take.
  ///   - ledger: Where bound adapters are written down.
  init(
    endpoint: String,
    host: any Host,
    base: String?,
    modelsAtOnce: Int,
    patience: Patience,
    ledger: any Ledger
  ) {
    self.endpoint = endpoint
    self.host = host
    self.base = base
    self.modelsAtOnce = modelsAtOnce
    self.patience = patience
    takings = Takings(ledger: ledger, host: host.name, kind: .adapter)
  }

  package func open(_ model: ModelReference?) async throws -> ServedModel {
    let name = try await endpointName()
    guard let model, model != base.map(ModelReference.init) else {
      try await patience.untilAnswered(name, smoke(name))
      return ServedModel(name: name)
    }
    let bound = "\(name):\(model.name)"
    let id = "\(endpoint)/\(bound)"
    do {
      try takings.add(id)
      do {
        _ = try await host.send(change("POST", endpoint, bound, purpose: .create))
      } catch let error as HostError where error.code == .refused || error.code == .unknownOutcome {
        guard try await isBound(bound) else { throw error }
      }
      try await patience.untilAnswered(bound, smoke(bound))
    } catch {
      try? await giveBack(id)
      throw error
    }
    return ServedModel(name: bound)
  }

  package func close(_ model: ModelReference?) async {
    guard let model, model != base.map(ModelReference.init) else { return }
    for resource in (try? takings.listed()) ?? []
    where resource.hasPrefix("\(endpoint)/") && resource.hasSuffix(":\(model.name)") {
      try? await giveBack(resource)
    }
  }

  package func giveBack(_ id: String) async throws {
    guard let slash = id.firstIndex(of: "/") else { return }
    let call = change(
      "DELETE",
      String(id[..<slash]),
      String(id[id.index(after: slash)...]),
      purpose: .remove
    )
    try await takings.giveBack(id) { _ = try await host.send(call) }
  }

  private func change(
    _ method: String,
    _ endpoint: String,
    _ bound: String,
    purpose: Call.Purpose
  ) -> Call {
    Call(
      method,
      "/endpoints/\(endpoint)/adapters",
      body: .json(JSON.object(["model_id": .string(bound)]).bytes),
      purpose: purpose
    )
  }

  private func endpointName() async throws -> String {
    let call = Call("GET", "/endpoints/\(endpoint)", purpose: .read)
    if let name = try await host.send(call).json(of: call)["name"]?.string { return name }
    throw HostError(.notUnderstood, "\(host.name): the endpoint '\(endpoint)' has no name")
  }

  private func isBound(_ bound: String) async throws -> Bool {
    let call = Call("GET", "/endpoints/\(endpoint)/adapters", purpose: .read)
    let list = try await host.send(call).json(of: call)["data"]?.array ?? []
    return list.contains { $0["model_id"]?.string?.isSame(as: bound) == true }
  }

  private func smoke(_ name: String) -> Call {
    let body: JSON = ["model": .string(name), "prompt": ".", "max_tokens": 1]
    return Call("POST", "/completions", body: .json(body.bytes), purpose: .read, tokens: 2)
  }
}
