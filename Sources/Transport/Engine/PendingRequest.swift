/// A request between the task that awaits it and the engine's thread that carries it out.
final class PendingRequest: Sendable {
  let request: HTTPRequest
  let handoff = Handoff<HTTPResponse>()
  /// The transfer that carries it out; touched by the engine's thread alone.
  nonisolated(unsafe) var transfer: Transfer?

  init(_ request: HTTPRequest) { self.request = request }
}
