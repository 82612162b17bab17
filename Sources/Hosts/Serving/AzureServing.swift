package import Experiment
import Synchronization

/// Tuned Azure models, each of which needs a deployment that costs money by the hour.
///
/// A resource holds ten deployments of tuned models, so models come and go in waves. A deployment is
/// in the ledger before it is asked for and until Azure has confirmed that it is gone, so that
/// whatever a crash leaves behind is found again. References without `.ft-` are names of deployments
/// that the user looks after.
/// - SeeAlso: REST API "Deployments - Create Or Update" of Azure AI Services, 2024-10-01.
package final class AzureServing: ClearableServing {
  /// Deployments of tuned models that a resource may hold.
  package static let most = 10

  package let modelsAtOnce: Int
  package var takes: RemoteResource.Kind { .deployment }
  private let host: any Host
  private let management: any Host
  private let folder: String
  private let sku: String
  private let base: String?
  private let patience: Patience
  private let takings: Takings
  /// Deployments of this process that are open or being opened or closed, by path.
  private let held = Mutex<Set<String>>([])

  /// Creates a serving.
  ///
  /// - Parameters:
  ///   - resource: Whose deployments they are.
  ///   - host: The inference API.
  ///   - management: The management API, `https://management.azure.com`, with an Entra token.
  ///   - base: Deployment of the base model; `nil` when there is none.
  ///   - modelsAtOnce: Deployments at once, 1...10.
  ///   - patience: How long a deployment may take.
  ///   - ledger: Where deployments are written down.
  init(
    _ resource: ServingOptions.AzureResource,
    host: any Host,
    management: any Host,
    base: String?,
    modelsAtOnce: Int,
    patience: Patience,
    ledger: any Ledger
  ) {
    self.host = host
    self.management = management
    self.base = base
    self.modelsAtOnce = min(max(1, modelsAtOnce), Self.most)
    self.patience = patience
    sku = resource.sku ?? "standard"
    folder =
      "/subscriptions/\(resource.subscription)/resourceGroups/\(resource.resourceGroup)"
      + "/providers/Microsoft.CognitiveServices/accounts/\(resource.account)/deployments/"
    takings = Takings(ledger: ledger, host: host.name, kind: .deployment)
  }

  package func open(_ model: ModelReference?) async throws -> ServedModel {
    guard let model, Self.isTuned(model) else {
      return try await DirectServing(base: base).open(model)
    }
    let name = Self.deployment(of: model)
    let path = folder + name
    let isFree = held.withLock { held in
      guard held.count < modelsAtOnce || held.contains(path) else { return false }
      held.insert(path)
      return true
    }
    guard isFree else {
      throw HostError(
        .refused,
        "\(host.name): cannot deploy '\(model.name)': \(modelsAtOnce) models are deployed already"
      )
    }
    do {
      try takings.add(path)
      try await deploy(model, as: path)
      try await patience.untilAnswered(model.name, Self.smoke(name))
    } catch {
      await close(model)
      throw error
    }
    return ServedModel(name: name)
  }

  package func close(_ model: ModelReference?) async {
    guard let model, Self.isTuned(model) else { return }
    let path = folder + Self.deployment(of: model)
    // A deployment that could not be deleted stays in the ledger, and its place stays taken.
    guard (try? await giveBack(path)) != nil else { return }
    _ = held.withLock { $0.remove(path) }
  }

  package func giveBack(_ id: String) async throws {
    let (management, patience) = (management, Patience(host: management, limit: patience.limit))
    try await takings.giveBack(id) {
      let call = Self.call("DELETE", id, purpose: .remove)
      _ = try await management.send(call)
      // 202 says that it will go; the place is free when it is gone.
      try await patience.wait(for: "the deletion of '\(id)'") { _ in
        do {
          _ = try await management.send(Self.call("GET", id, purpose: .read))
          return false
        } catch let error as HostError where error.code == .notFound {
          return true
        }
      }
    }
  }

  private func deploy(_ model: ModelReference, as path: String) async throws {
    let properties: JSON = [
      "model": ["format": "OpenAI", "name": .string(model.name), "version": "1"]
    ]
    let body: JSON = [
      "sku": ["name": .string(sku), "capacity": 1], "properties": properties,
    ]
    let call = Self.call("PUT", path, body: .json(body.bytes), purpose: .create)
    do {
      _ = try await management.send(call)
    } catch let error as HostError where error.code == .unknownOutcome {
      // The path names the deployment: whether it was made is seen below, and a second PUT of the
      // same is the same.
      _ = try await management.send(call)
    }
    try await patience.wait(for: "the deployment of '\(model.name)'") { words in
      let call = Self.call("GET", path, purpose: .read)
      let properties = try await management.send(call).json(of: call)["properties"]
      words = properties?["provisioningState"]?.string ?? "no state"
      switch StateWord(words) {
      case .succeeded: return true
      case .failed, .stopped,
        .unknown where words == "Deleting":
        throw HostError(.jobFailed, "\(host.name): the deployment of '\(model.name)' is \(words)")
      case .usual, .held, .unknown: return false
      }
    }
  }

  /// A name that depends on the model alone, so that a resumed run meets its own deployments.
  private static func deployment(of model: ModelReference) -> String {
    var digest = Digest()
    digest.update(model.name)
    return "daunce-\(digest)"
  }

  private static func isTuned(_ model: ModelReference) -> Bool { model.name.contains(".ft-") }

  private static func call(
    _ method: String,
    _ path: String,
    body: Call.Body = .none,
    purpose: Call.Purpose
  ) -> Call {
    Call(
      method,
      path,
      query: [Call.FormField("api-version", "2024-10-01")],
      body: body,
      purpose: purpose
    )
  }

  private static func smoke(_ deployment: String) -> Call {
    let body: JSON = [
      "model": .string(deployment), "max_tokens": 1,
      "messages": [["role": "user", "content": "."]],
    ]
    return Call("POST", "/chat/completions", body: .json(body.bytes), purpose: .read, tokens: 10)
  }
}
