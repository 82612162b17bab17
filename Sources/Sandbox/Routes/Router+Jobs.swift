import Experiment

extension Router {
  func makeJob(_ request: ServerRequest) throws -> ServerResponse {
    let record = try jobs.create(request.decoded())
    return ServerResponse(
      200,
      record.tree,
      entries: [.created(metadata: record.specification.metadata)]
    )
  }

  func listJobs(_ request: ServerRequest) throws -> ServerResponse {
    var all = Array(jobs.all.reversed())
    for item in request.query {
      if item.name == "metadata", item.value == "null" {
        all.removeAll { !$0.specification.metadata.isEmpty }
      } else if item.name.hasPrefix("metadata["), item.name.hasSuffix("]") {
        let key = String(item.name.dropFirst("metadata[".count).dropLast())
        all.removeAll { $0.specification.metadata[key] != item.value }
      }
    }
    return try Page(of: all, request, limit: 20, most: 100, id: \.id).response(id: \.id, \.tree)
  }

  func listEvents(of id: String, _ request: ServerRequest) throws -> ServerResponse {
    let events = Array(try jobs.job(id).events.reversed())
    return try Page(of: events, request, limit: 20, most: 100, id: \.id)
      .response(id: \.id, \.tree)
  }

  func listCheckpoints(of id: String, _ request: ServerRequest) throws -> ServerResponse {
    let record = try jobs.job(id)
    let newest = Array(record.checkpoints.reversed())
    return try Page(of: newest, request, limit: 10, most: 100, id: \.id)
      .response(id: \.id) { record.tree($0) }
  }
}
