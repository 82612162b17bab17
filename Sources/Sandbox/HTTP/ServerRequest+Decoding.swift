import FoundationEssentials

extension ServerRequest {
  /// The body as a value of some type.
  ///
  /// - Throws: A refusal that names the parameter at fault.
  func decoded<Value: Decodable>() throws(APIError) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(body))
    } catch let error as DecodingError {
      throw Self.refusal(error)
    } catch {
      throw .invalid(nil, "the body is not valid JSON", code: "invalid_json")
    }
  }

  private static func refusal(_ error: DecodingError) -> APIError {
    func path(_ keys: [any CodingKey]) -> String? {
      keys.isEmpty
        ? nil : keys.map { $0.intValue.map(String.init) ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case .keyNotFound(let key, let context):
      let name = path(context.codingPath + [key]) ?? key.stringValue
      return .invalid(name, "missing required parameter: '\(name)'", code: "missing_parameter")
    case .typeMismatch(_, let context), .valueNotFound(_, let context),
      .dataCorrupted(let context):
      guard let name = path(context.codingPath) else {
        return .invalid(nil, "the body is not a JSON object", code: "invalid_json")
      }
      return .invalid(name, "invalid value or type for '\(name)'", code: "invalid_type")
    @unknown default: return .invalid(nil, "the body is not valid JSON", code: "invalid_json")
    }
  }

  /// A whole number of the query.
  func count(_ name: String, in range: ClosedRange<Int>, default value: Int) throws(APIError) -> Int
  {
    guard let text = query(name) else { return value }
    guard let count = Int(text), range.contains(count) else {
      throw .invalid(
        name,
        "'\(name)' must be a whole number within \(range.lowerBound)...\(range.upperBound)"
      )
    }
    return count
  }
}
