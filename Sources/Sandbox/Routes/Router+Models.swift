import Experiment

extension Router {
  private static func tree(_ name: String, createdAt: Int, owner: String) -> JSONValue {
    [
      "id": .string(name), "object": "model", "created": .integer(createdAt),
      "owned_by": .string(owner),
    ]
  }

  private static let base = tree(SandboxServer.base, createdAt: 0, owner: "daunce")

  func listModels() -> ServerResponse {
    let tuned = jobs.succeeded.map { job in
      Self.tree(job.modelName, createdAt: job.finishedAt ?? job.createdAt, owner: "org-sandbox")
    }
    return ServerResponse(200, ["object": "list", "data": .array([Self.base] + tuned)])
  }

  func model(_ name: String) throws -> ServerResponse {
    guard try models.model(name) != nil else { return ServerResponse(200, Self.base) }
    let job = jobs.succeeded.first { job in
      job.model?.isSame(as: name) == true
        || job.checkpoints.contains { $0.model.isSame(as: name) }
    }
    return ServerResponse(
      200,
      Self.tree(name, createdAt: job?.finishedAt ?? 0, owner: "org-sandbox")
    )
  }

  func deleteModel(_ name: String) throws -> ServerResponse {
    try jobs.remove(model: name)
    return ServerResponse(200, ["id": .string(name), "object": "model", "deleted": true])
  }
}
