import Experiment

/// A refusal in the shape of OpenAI's errors.
package struct APIError: Error, Sendable, Hashable {
  /// HTTP status.
  let status: Int
  /// One line for a person.
  let message: String
  /// `invalid_request_error`, `server_error`, ….
  let type: String
  /// The parameter that is meant.
  let parameter: String?
  /// A word for programs.
  let code: String?

  init(
    _ status: Int,
    _ message: String,
    type: String? = nil,
    parameter: String? = nil,
    code: String? = nil
  ) {
    self.status = status
    self.message = message
    self.type = type ?? (status >= 500 ? "server_error" : "invalid_request_error")
    self.parameter = parameter
    self.code = code
  }

  /// A request whose parameter has a value that cannot be.
  static func invalid(
    _ parameter: String?,
    _ message: String,
    code: String? = "invalid_value"
  ) -> APIError {
    APIError(400, message, parameter: parameter, code: code)
  }

  /// Bytes that are no HTTP.
  static func malformed(_ reason: String) -> APIError {
    APIError(400, "malformed request: \(reason)", code: "bad_request")
  }

  /// A head beyond the limit.
  static func headTooLarge(_ limit: Int) -> APIError {
    APIError(431, "the request's headers take more than \(limit) bytes")
  }

  /// A body beyond the limit.
  static func bodyTooLarge(_ limit: Int) -> APIError {
    APIError(413, "the request's body takes more than \(limit) bytes")
  }

  /// A model nobody knows, or that was deleted.
  static func unknownModel(_ name: String) -> APIError {
    APIError(
      404,
      "The model `\(name)` does not exist or you do not have access to it.",
      parameter: "model",
      code: "model_not_found"
    )
  }

  /// The body of the reply.
  var body: JSONValue {
    [
      "error": [
        "message": .string(message), "type": .string(type), "param": .string(parameter),
        "code": .string(code),
      ]
    ]
  }

  /// The reply.
  var response: ServerResponse {
    var response = ServerResponse(status, body)
    if status == 401 { response.headers.append(("www-authenticate", "Bearer")) }
    return response
  }
}
