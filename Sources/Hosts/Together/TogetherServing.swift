package import Experiment

/// Adapters that are bound to one dedicated Together endpoint with LoRA enabled.
///
/// Requests name `<user>/<endpoint>:<user>/<adapter>`.
/// - SeeAlso: docs.together.ai, "Serve multiple LoRA adapters on one endpoint" (beta).
package struct TogetherServing: ReleasingServing {
  package let held: HeldResources
  package var modelsAtOnce: Int { request.modelsAtOnce }
  private let request: ServingRequest
  private let endpoint: String

  private var host: any Host { request.host }

  /// Throws `HostError` when `scorer.serving` names no endpoint.
  init(_ request: ServingRequest) throws(HostError) {
    self.request = request
    endpoint = try request.deployment("the id of the dedicated endpoint")
    held = request.held(.adapter)
  }

  package func open(_ model: ModelReference?) async throws -> ServedModel {
    let name = try await endpointName()
    guard let model, !request.isBase(model) else {
      try await request.readiness.untilAnswered(name)
      return ServedModel(name: name)
    }
    let bound = "\(name):\(model.name)"
    try await take("\(endpoint)/\(bound)") {
      do {
        _ = try await host.send(change("POST", endpoint, bound, purpose: .create))
      } catch let error as HostError where error.code == .refused || error.code == .unknownOutcome {
        guard try await isBound(bound) else { throw error }
      }
      try await request.readiness.untilAnswered(bound)
    }
    return ServedModel(name: bound)
  }

  package func close(_ model: ModelReference?) async {
    guard let model, !request.isBase(model) else { return }
    for resource in (try? held.listed()) ?? []
    where resource.hasPrefix("\(endpoint)/") && resource.hasSuffix(":\(model.name)") {
      try? await release(resource)
    }
  }

  package func release(_ id: String) async throws {
    guard let slash = id.firstIndex(of: "/") else { return }
    let call = change(
      "DELETE",
      String(id[..<slash]),
      String(id[id.index(after: slash)...]),
      purpose: .remove
    )
    try await held.release(id) { _ = try await host.send(call) }
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
}

extension ServingKind {
  /// Adapters are bound to a dedicated endpoint.
  package static let together = ServingKind(
    "together",
    options: ["modelsAtOnce", "deployment", "patience"]
  ) { try TogetherServing($0) }
}
