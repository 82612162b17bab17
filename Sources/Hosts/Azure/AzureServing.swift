package import Experiment
import Synchronization

/// Tuned Azure models, each of which needs a deployment that costs money by the hour.
///
/// A resource holds ten deployments of tuned models, so models come and go in waves. A deployment is
/// in the ledger before it is asked for and until Azure has confirmed that it is gone, so that
/// whatever a crash leaves behind is found again. References without `.ft-` are names of deployments
/// that the user looks after.
/// - SeeAlso: REST API "Deployments - Create Or Update" of Azure AI Services, 2024-10-01.
package final class AzureServing: ReleasingServing {
  /// Deployments of tuned models that a resource may hold.
  package static let most = 10

  package let held: HeldResources
  package let modelsAtOnce: Int
  private let request: ServingRequest
  private let management: any Host
  private let folder: String
  private let sku: String
  /// Deployments of this process that are open or being opened or closed, by path.
  private let places = Mutex<Set<String>>([])

  private var host: any Host { request.host }

  /// Throws `HostError` when `scorer.serving` names no resource, and what reaching the management API
  /// throws.
  init(_ request: ServingRequest) throws {
    guard let resource = request.options.azure else {
      throw HostError(
        .configuration,
        "\(request.host.name): scorer.serving.azure must name subscription, resourceGroup and "
          + "account, and an Entra token for management.azure.com is needed",
        hint:
          "tuned models have to be deployed there before they answer: write scorer: { serving: "
          + "{ azure: { subscription: \"…\", resourceGroup: \"…\", account: \"…\" } } }"
      )
    }
    self.request = request
    management = try request.reach(.azure)
    modelsAtOnce = min(max(1, request.options.modelsAtOnce ?? Self.most), Self.most)
    sku = resource.sku ?? "standard"
    folder =
      "/subscriptions/\(resource.subscription)/resourceGroups/\(resource.resourceGroup)"
      + "/providers/Microsoft.CognitiveServices/accounts/\(resource.account)/deployments/"
    held = request.held(.deployment)
  }

  package func open(_ model: ModelReference?) async throws -> ServedModel {
    guard let model, Self.isTuned(model) else {
      return try request.direct(model)
    }
    let name = Self.deployment(of: model)
    let path = folder + name
    let isFree = places.withLock { places in
      guard places.count < modelsAtOnce || places.contains(path) else { return false }
      places.insert(path)
      return true
    }
    guard isFree else {
      throw HostError(
        .refused,
        "\(host.name): cannot deploy '\(model.name)': \(modelsAtOnce) models are deployed already"
      )
    }
    do {
      try held.add(path)
      try await deploy(model, as: path)
      try await request.readiness.untilAnswered(model.name, Self.greeting(name))
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
    guard (try? await release(path)) != nil else { return }
    _ = places.withLock { $0.remove(path) }
  }

  package func release(_ id: String) async throws {
    let (management, wait) = (management, request.readiness(on: management))
    try await held.release(id) {
      let call = Self.call("DELETE", id, purpose: .remove)
      _ = try await management.send(call)
      // 202 says that it will go; the place is free when it is gone.
      try await wait.wait(for: "the deletion of '\(id)'") { _ in
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
    try await request.readiness.wait(for: "the deployment of '\(model.name)'") { words in
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

  private static func greeting(_ deployment: String) -> Call {
    let body: JSON = [
      "model": .string(deployment), "max_tokens": 1,
      "messages": [["role": "user", "content": "."]],
    ]
    return Call("POST", "/chat/completions", body: .json(body.bytes), purpose: .read, tokens: 10)
  }
}

extension ServingKind {
  /// Every tuned model needs a deployment, and a resource may hold ten.
  package static let azure = ServingKind(
    "azure",
    options: ["modelsAtOnce", "azure", "patience"],
    management: .azure
  ) { try AzureServing($0) }
}

extension ManagementAPI {
  /// Azure's, with an Entra token; one for losses is for another audience as a rule.
  fileprivate static let azure = ManagementAPI(
    name: "azure",
    title: "Azure",
    baseURL: "https://management.azure.com",
    keys: ["AZURE_MANAGEMENT_TOKEN", "AZURE_OPENAI_AD_TOKEN"]
  )
}
