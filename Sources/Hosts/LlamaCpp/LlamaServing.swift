package import Experiment

/// The adapters that a llama.cpp server was started with (`--lora FILE`), one switched on at a time.
///
/// A reference is `lora:2`, the adapter's path, or its file name with or without `.gguf`.
package struct LlamaServing: Serving {
  package var modelsAtOnce: Int { request.modelsAtOnce }
  private let request: ServingRequest

  private var host: any Host { request.host }

  private struct Adapter {
    let id: Int
    let path: String

    var file: Substring { path.split(separator: "/").last ?? "" }

    func answers(to name: String) -> Bool {
      name == "lora:\(id)" || name == path || name == file || "\(name).gguf" == file
    }
  }

  init(_ request: ServingRequest) { self.request = request }

  package func open(_ model: ModelReference?) async throws -> ServedModel {
    // A server has one model whatever a request calls it.
    let name = request.base ?? "default"
    let adapters = try await adapters()
    if let model, !request.isBase(model) {
      let found = adapters.filter { $0.answers(to: model.name) }
      guard let chosen = found.first, found.count == 1 else {
        let known = adapters.map { "lora:\($0.id) '\($0.path)'" }.joined(separator: ", ")
        throw HostError(
          .notFound,
          "\(host.name): \(found.isEmpty ? "no" : "more than one") adapter '\(model.name)' among "
            + "those the server was started with: \(known.isEmpty ? "none" : known)"
        )
      }
      return ServedModel(name: name, members: scales(of: adapters, on: chosen.id))
    }
    return ServedModel(name: name, members: scales(of: adapters, on: nil))
  }

  package func close(_ model: ModelReference?) async {}

  private func adapters() async throws -> [Adapter] {
    let call = Call(
      "GET",
      "\(ServerAddress.root(of: request.baseURL))/lora-adapters",
      purpose: .read
    )
    let reply = try await host.send(call)
    guard let list = try reply.json(of: call).array else {
      throw HostError(
        .notUnderstood,
        "\(host.name): GET /lora-adapters answered \(HostError.excerpt(reply.body)), not a list"
      )
    }
    return list.compactMap { entry in
      guard let id = entry["id"]?.int, let path = entry["path"]?.string else { return nil }
      return Adapter(id: id, path: path)
    }
  }

  private func scales(of adapters: [Adapter], on chosen: Int?) -> [String: JSON] {
    if adapters.isEmpty { return [:] }
    return [
      // The prompt cache in RAM (--cache-ram, on by default) does not know adapters: a prompt is
      // continued from what another adapter made of it (llama.cpp issue 26207). Losses moved by 16 nats.
      "cache_prompt": false,
      "lora": .array(
        adapters.map { ["id": .number(Double($0.id)), "scale": $0.id == chosen ? 1 : 0] }
      ),
    ]
  }
}
