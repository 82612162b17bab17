import Experiment

/// Finds who answers a request.
struct Router: Sendable {
  typealias Handler =
    @Sendable (Router, ServerRequest, _ id: String, _ number: Int) throws ->
    ServerResponse

  /// An address: `*` stands for one id.
  private struct Route: Sendable {
    let method: String
    let path: [String]
    let handler: Handler

    init(_ method: String, _ path: String, _ handler: @escaping Handler) {
      self.method = method
      self.path = path.split(separator: "/").map(String.init)
      self.handler = handler
    }

    func matches(_ path: [String]) -> Bool {
      path.count == self.path.count && zip(self.path, path).allSatisfy { $0 == "*" || $0 == $1 }
    }
  }

  let files: UploadedFiles
  let jobs: TrainingJobs
  let models: ModelService
  let log: SandboxLog
  /// The bearer key that is asked for, when there is one.
  let key: String?

  private static let routes: [Route] = [
    Route("POST", "v1/completions") { try Completions($0.models, $1).response(id: $3) },
    Route("POST", "v1/chat/completions") { try ChatCompletions($0.models, $1).response(id: $3) },
    Route("POST", "v1/embeddings") { router, request, _, _ in
      try Embeddings(router.models, request).response()
    },
    Route("POST", "tokenize") { router, request, _, _ in
      try Tokenization(router.models, request).response()
    },
    Route("GET", "v1/models") { router, _, _, _ in router.listModels() },
    Route("GET", "v1/models/*") { router, _, id, _ in try router.model(id) },
    Route("DELETE", "v1/models/*") { router, _, id, _ in try router.deleteModel(id) },
    Route("GET", "v1/files") { router, request, _, _ in try router.listFiles(request) },
    Route("POST", "v1/files") { router, request, _, _ in try router.upload(request) },
    Route("GET", "v1/files/*") { router, _, id, _ in
      ServerResponse(200, try router.files.file(id).tree)
    },
    Route("DELETE", "v1/files/*") { router, _, id, _ in try router.deleteFile(id) },
    Route("GET", "v1/files/*/content") { router, _, id, _ in
      ServerResponse(type: "application/octet-stream", try router.files.content(of: id))
    },
    Route("GET", "v1/fine_tuning/jobs") { router, request, _, _ in try router.listJobs(request) },
    Route("POST", "v1/fine_tuning/jobs") { router, request, _, _ in try router.makeJob(request) },
    Route("GET", "v1/fine_tuning/jobs/*") { router, _, id, _ in
      ServerResponse(200, try router.jobs.job(id).tree)
    },
    Route("POST", "v1/fine_tuning/jobs/*/cancel") { router, _, id, _ in
      ServerResponse(200, try router.jobs.cancel(id).tree)
    },
    Route("POST", "v1/fine_tuning/jobs/*/pause") { router, _, id, _ in
      ServerResponse(200, try router.jobs.pause(id).tree)
    },
    Route("POST", "v1/fine_tuning/jobs/*/resume") { router, _, id, _ in
      ServerResponse(200, try router.jobs.resume(id).tree)
    },
    Route("GET", "v1/fine_tuning/jobs/*/events") { router, request, id, _ in
      try router.listEvents(of: id, request)
    },
    Route("GET", "v1/fine_tuning/jobs/*/checkpoints") { router, request, id, _ in
      try router.listCheckpoints(of: id, request)
    },
    Route("GET", "sandbox/log") { router, _, _, _ in ServerResponse(200, router.log.tree) },
    Route("GET", "health") { _, _, _, _ in ServerResponse(200, [:]) },
  ]

  /// The reply to a request, whatever becomes of it; `number` counts requests.
  func response(to request: ServerRequest, number: Int) -> ServerResponse {
    do {
      return try answered(request, number)
    } catch let error as APIError {
      return error.response
    } catch {
      return APIError(500, "\(error)").response
    }
  }

  private func answered(_ request: ServerRequest, _ number: Int) throws -> ServerResponse {
    if let key, request.headers["authorization"] != "Bearer \(key)" {
      let isGiven = request.headers["authorization"] != nil
      throw APIError(
        401,
        isGiven ? "Incorrect API key provided." : "You didn't provide an API key.",
        code: "invalid_api_key"
      )
    }
    let fitting = Self.routes.filter { $0.matches(request.path) }
    let method = request.method == "HEAD" ? "GET" : request.method
    guard let route = fitting.first(where: { $0.method == method }) else {
      throw APIError(
        fitting.isEmpty ? 404 : 405,
        "Invalid URL (\(request.method) \(request.pathText))",
        code: fitting.isEmpty ? "unknown_url" : "method_not_supported"
      )
    }
    let place = route.path.firstIndex(of: "*")
    return try route.handler(self, request, place.map { request.path[$0] } ?? "", number)
  }
}
