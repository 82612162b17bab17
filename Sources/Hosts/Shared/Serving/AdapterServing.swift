package import Experiment

/// Adapter folders that a vLLM or SGLang server loads while it runs.
///
/// A reference that is an absolute path is an adapter folder on the *server's* disk; the adapter is
/// called like the folder, or as `name=path` says. Any other reference, and the base model whatever it
/// looks like, is a name that the server knows already: vLLM calls a model that it was given as a
/// folder by that folder's path.
package struct AdapterServing: ReleasingServing {
  /// An adapter folder and what the server is to call it.
  package struct Adapter: Hashable {
    /// What requests call it.
    package let name: String
    /// Where it lies on the server.
    package let path: String

    /// Reads a reference; `nil` when it is neither an absolute path nor `name=path`.
    package init?(_ reference: String) {
      if reference.hasPrefix("/") {
        guard let last = reference.split(separator: "/").last else { return nil }
        name = String(last)
        path = reference
      } else {
        guard let mark = reference.firstRange(of: "=/"), mark.lowerBound != reference.startIndex
        else { return nil }
        name = String(reference[..<mark.lowerBound])
        path = String(reference[reference.index(after: mark.lowerBound)...])
      }
    }
  }

  package let held: HeldResources
  package var modelsAtOnce: Int { request.modelsAtOnce }
  private let request: ServingRequest
  private let root: String
  private let path: String
  private let served: @Sendable (String) -> ServedModel

  private var host: any Host { request.host }

  init(
    _ request: ServingRequest,
    path: String,
    served: @escaping @Sendable (String) -> ServedModel
  ) {
    self.request = request
    self.path = path
    self.served = served
    held = request.held(.adapter)
    root = ServerAddress.root(of: request.baseURL)
  }

  package func open(_ model: ModelReference?) async throws -> ServedModel {
    guard let adapter = adapter(of: model) else {
      return try request.direct(model)
    }
    try held.add(adapter.name)
    do {
      try await load(adapter)
    } catch let error as HostError where error.code != .unknownOutcome {
      // Not ours: the server refused it, or something else bears the name.
      try held.strikeOut(adapter.name)
      throw error
    } catch {
      try? await release(adapter.name)
      throw error
    }
    return served(adapter.name)
  }

  package func close(_ model: ModelReference?) async {
    // What was refused is not in the ledger: the name may belong to somebody else's adapter.
    guard let adapter = adapter(of: model),
      (try? held.listed())?.contains(same: adapter.name) == true
    else { return }
    // What stays loaded stays in the ledger, for `clean`.
    try? await release(adapter.name)
  }

  private func adapter(of model: ModelReference?) -> Adapter? {
    model.flatMap { request.isBase($0) ? nil : Adapter($0.name) }
  }

  package func release(_ id: String) async throws {
    let call = call("unload_lora_adapter", ["lora_name": .string(id)], purpose: .remove)
    try await held.release(id) {
      do {
        _ = try await host.send(call)
      } catch let error as HostError where error.status == 400 {
        // Both servers answer 400 for an adapter that is not loaded.
        guard try await folder(of: id) == nil else { throw error }
      }
    }
  }

  private func load(_ adapter: Adapter) async throws {
    let call = call(
      "load_lora_adapter",
      ["lora_name": .string(adapter.name), "lora_path": .string(adapter.path)],
      purpose: .create
    )
    do {
      _ = try await host.send(call)
    } catch let error as HostError where error.status == 400 || error.code == .unknownOutcome {
      // 400 is also what an adapter gets that is loaded already, by us before a crash for example.
      guard let loaded = try await folder(of: adapter.name) else {
        throw error.with(
          "\(host.name): cannot load the adapter '\(adapter.path)': \(error.message)"
        )
      }
      guard loaded.isEmpty || Adapter("x=\(loaded)")?.path == adapter.path else {
        throw HostError(
          .refused,
          "\(host.name): the name '\(adapter.name)' belongs to the adapter '\(loaded)' already; "
            + "write the model as 'othername=\(adapter.path)'"
        )
      }
    } catch let error as HostError where error.code == .notFound {
      throw HostError(
        .notFound,
        "\(host.name): cannot load the adapter '\(adapter.path)': the server does not see that "
          + "folder, or does not load adapters while it runs (\(error.message))",
        status: error.status
      )
    }
  }

  private func call(_ name: String, _ body: JSON, purpose: Call.Purpose) -> Call {
    Call("POST", "\(root)\(path)/\(name)", body: .json(body.bytes), purpose: purpose)
  }

  /// The folder of a loaded adapter, empty if the server does not tell; `nil` if it is not loaded.
  private func folder(of name: String) async throws -> String? {
    let call = Call("GET", "\(root)/v1/models", purpose: .read)
    let models = try await host.send(call).json(of: call)["data"]?.array ?? []
    guard let model = models.first(where: { $0["id"]?.string?.isSame(as: name) == true }) else {
      return nil
    }
    return model["root"]?.string ?? ""
  }
}
