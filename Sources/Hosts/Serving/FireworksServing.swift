package import Experiment

/// Adapters that are loaded into one Fireworks deployment with add-ons enabled.
///
/// Requests name `model#deployment`. A reference that names a deployment itself is used as it is.
/// - SeeAlso: docs.fireworks.ai, "Load LoRA" (`POST /v1/accounts/{id}/deployedModels`).
package struct FireworksServing: ClearableServing {
  package let modelsAtOnce: Int
  package var takes: RemoteResource.Kind { .adapter }
  private let deployment: String
  private let host: any Host
  private let control: String
  private let base: String?
  private let patience: Patience
  private let takings: Takings

  /// Creates a serving.
  ///
  /// - Parameters:
  ///   - deployment: `accounts/…/deployments/…`.
  ///   - host: The inference API.
  ///   - baseURL: Its base URL; the control plane is at the same origin.
  ///   - base: Name of the base model; `nil` when it is not known.
  ///   - modelsAtOnce: Adapters loaded at once, at least 1.
  ///   - patience: How long an adapter or a sleeping deployment may take.
  ///   - ledger: Where loaded adapters are written down.
  init(
    deployment: String,
    host: any Host,
    baseURL: String,
    base: String?,
    modelsAtOnce: Int,
    patience: Patience,
    ledger: any Ledger
  ) {
    self.deployment = deployment
    self.host = host
    self.base = base
    self.modelsAtOnce = modelsAtOnce
    self.patience = patience
    control = "\(ServerAddress.origin(of: baseURL))/v1/"
    takings = Takings(ledger: ledger, host: host.name, kind: .adapter)
  }

  package func open(_ model: ModelReference?) async throws -> ServedModel {
    let plain = try await DirectServing(base: base).open(model)
    if plain.name.contains("#") {
      try await patience.untilAnswered(plain.name, smoke(plain.name))
      return plain
    }
    let name = "\(plain.name)#\(deployment)"
    guard model != nil, ModelReference(plain.name) != base.map(ModelReference.init) else {
      try await patience.untilAnswered(name, smoke(name))
      return ServedModel(name: name)
    }
    do {
      try takings.add(name)
      try await load(plain.name, id: name)
      // `DEPLOYED` does not mean that it answers: a sleeping deployment wakes up first (503).
      try await patience.untilAnswered(name, smoke(name))
    } catch {
      try? await giveBack(name)
      throw error
    }
    return ServedModel(name: name)
  }

  package func close(_ model: ModelReference?) async {
    guard let model, model != base.map(ModelReference.init), !model.name.contains("#") else {
      return
    }
    try? await giveBack("\(model.name)#\(deployment)")
  }

  package func giveBack(_ id: String) async throws {
    try await takings.giveBack(id) {
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
    try await patience.wait(for: "the adapter '\(model)'") { words in
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

  private func smoke(_ name: String) -> Call {
    let body: JSON = ["model": .string(name), "prompt": ".", "max_tokens": 1]
    return Call("POST", "/completions", body: .json(body.bytes), purpose: .read, tokens: 2)
  }
}
