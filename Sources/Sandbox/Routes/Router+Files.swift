import Experiment

extension Router {
  func upload(_ request: ServerRequest) throws -> ServerResponse {
    guard let fields = Multipart.fields(of: request) else {
      throw APIError.invalid(nil, "the body is not a whole form of type multipart/form-data")
    }
    guard let file = fields.first(where: { $0.name == "file" }) else {
      throw APIError.invalid(
        "file",
        "missing required parameter: 'file'",
        code: "missing_parameter"
      )
    }
    guard let purpose = fields.first(where: { $0.name == "purpose" }), !purpose.content.isEmpty
    else {
      throw APIError.invalid(
        "purpose",
        "missing required parameter: 'purpose'",
        code: "missing_parameter"
      )
    }
    guard !file.content.isEmpty else {
      throw APIError.invalid("file", "the file is empty")
    }
    let record = try files.add(
      file.content,
      filename: file.filename ?? "file",
      purpose: String(decoding: purpose.content, as: UTF8.self)
    )
    return ServerResponse(200, record.tree)
  }

  func listFiles(_ request: ServerRequest) throws -> ServerResponse {
    var all = files.all
    if let purpose = request.query("purpose") { all.removeAll { $0.purpose != purpose } }
    switch request.query("order") ?? "desc" {
    case "asc": break
    case "desc": all.reverse()
    default: throw APIError.invalid("order", "'order' must be 'asc' or 'desc'")
    }
    return try Page(of: all, request, limit: 10_000, most: 10_000, id: \.id)
      .response(id: \.id, \.tree)
  }

  func deleteFile(_ id: String) throws -> ServerResponse {
    try files.remove(id)
    return ServerResponse(200, ["id": .string(id), "object": "file", "deleted": true])
  }
}
