import Experiment

/// A part of a list, as the API gives it out.
struct Page<Item> {
  let items: [Item]
  let hasMore: Bool

  /// Cuts a page out of a list.
  ///
  /// - Parameters:
  ///   - all: The whole list, in the order asked for.
  ///   - request: Its `limit` and `after` are used; an id that is not in the list gives nothing.
  ///   - limit: What `limit` is when it is not said.
  ///   - most: What `limit` may be at most.
  ///   - id: The id of an item.
  /// - Throws: A refusal of a `limit` that cannot be.
  init(
    of all: [Item],
    _ request: ServerRequest,
    limit: Int,
    most: Int,
    id: (Item) -> String
  ) throws(APIError) {
    let count = try request.count("limit", in: 1...most, default: limit)
    var rest = all[...]
    if let after = request.query("after") {
      rest = all.firstIndex { id($0) == after }.map { all[($0 + 1)...] } ?? []
    }
    items = Array(rest.prefix(count))
    hasMore = rest.count > count
  }

  /// The reply.
  func response(id: (Item) -> String, _ tree: (Item) -> JSONValue) -> ServerResponse {
    ServerResponse(
      200,
      [
        "object": "list", "data": .array(items.map(tree)), "has_more": .bool(hasMore),
        "first_id": .string(items.first.map(id)), "last_id": .string(items.last.map(id)),
      ]
    )
  }
}
