package import Experiment

/// Adapters that are loaded into one Fireworks deployment with add-ons enabled.
///
/// Requests name `model#deployment`. A reference that names a deployment itself is used as it is.
/// - SeeAlso: docs.fireworks.ai, "Load LoRA" (`POST /v1/accounts/{id}/deployedModels`).
package struct FireworksServing: ReleasingServing {
  package let held: HeldResources
  package var modelsAtOnce: Int { request.modelsAtOnce }
  private let request: ServingRequest
  private let deployment: String
  /// Address of the control plane, at the inference API's own origin.
  private let control: String

  private var host: any Host { request.host }

  /// Throws `HostError` when `scorer.serving` names no deployment.
  init(_ request: ServingRequest) throws(HostError) {
    self.request = request
    deployment = try request.deployment("the deployment that takes the adapters")
    control = "\(ServerAddress.origin(of: request.baseURL))/v1/"
    held = request.held(.adapter)
  }

  package func open(_ model: ModelReference?) async throws -> ServedModel {
    let plain = try request.direct(model).name
    let name = plain.contains("#") ? plain : "\(plain)#\(deployment)"
    if plain.contains("#") || request.isBase(ModelReference(plain)) || model == nil {
      try await request.readiness.untilAnswered(name)
    } else {
      try await take(name) {
        try await load(plain, id: name)
        // `DEPLOYED` does not mean that it answers: a sleeping deployment wakes up first (503).
        try await request.readiness.untilAnswered(name)
      }
    }
    return ServedModel(name: name)
  }

  package func close(_ model: ModelReference?) async {
    guard let model, !request.isBase(model), !model.name.contains("#") else { return }
    try? await release("\(model.name)#\(deployment)")
  }

  package func release(_ id: String) async throws {
    try await held.release(id) {
      guard let loaded = try await find(id)?["name"]?.string else { return }
      _ = try await host.send(Call("DELETE", control + loaded, purpose: .remove))
    }
  }

  private func load(_ model: String, id: String) async throws {
    let body: JSON = ["model": .string(model), "deployment": .string(deployment)]
    let call = Call(
      "POST",
      "\(control)\(Self.account(of: deployment))/deployedModels",
      body: .json(body.bytes),
      purpose: .create
    )
    do {
      _ = try await host.send(call)
    } catch let error as HostError where error.status == 409 || error.code == .unknownOutcome {
      // Loaded already, or perhaps: the list tells.
      if try await find(id) == nil { throw error }
    }
    try await request.readiness.wait(for: "the adapter '\(model)'") { words in
      let found = try await find(id)
      words = found?["state"]?.string ?? "no state"
      if words == "DEPLOYED" { return true }
      let status = found?["status"]
      if let code = status?["code"]?.string, code != "OK" {
        throw HostError(
          .refused,
          "\(host.name): the adapter '\(model)' was not loaded: "
            + (status?["message"]?.string ?? code),
          hostCode: code
        )
      }
      if [.failed, .stopped].contains(StateWord(words)) {
        throw HostError(.refused, "\(host.name): the adapter '\(model)' is \(words)")
      }
      return false
    }
  }

  /// The record of a loaded adapter.
  private func find(_ id: String) async throws -> JSON? {
    let parts = id.split(separator: "#", maxSplits: 1).map(String.init)
    guard parts.count == 2 else { return nil }
    var page = ""
    repeat {
      let call = Call(
        "GET",
        "\(control)\(Self.account(of: parts[1]))/deployedModels",
        query: [Call.FormField("pageSize", "200")]
          + (page.isEmpty ? [] : [Call.FormField("pageToken", page)]),
        purpose: .read
      )
      let reply = try await host.send(call).json(of: call)
      let found = reply["deployedModels"]?.array?.first {
        $0["model"]?.string?.isSame(as: parts[0]) == true
          && $0["deployment"]?.string?.isSame(as: parts[1]) == true
      }
      if let found { return found }
      let next = reply["nextPageToken"]?.string ?? ""
      page = next == page ? "" : next
    } while !page.isEmpty
    return nil
  }

  /// `accounts/acme` of `accounts/acme/deployments/d1`.
  private static func account(of path: String) -> String {
    path.split(separator: "/").prefix(2).joined(separator: "/")
  }
}

extension ServingKind {
  /// Adapters are loaded into a deployment that takes add-ons.
  package static let fireworks = ServingKind(
    "fireworks",
    options: ["modelsAtOnce", "deployment", "patience"]
  ) { try FireworksServing($0) }
}
