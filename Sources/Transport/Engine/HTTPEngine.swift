/// HTTP on one thread of its own: any number of tasks await their replies.
///
/// TLS is always verified; proxies come from the customary variables, never for this machine.
/// Connections are kept and shared; `https` hosts that offer it are spoken to in HTTP/2.
package final class HTTPEngine: Sendable {
  /// The engine's own thread: tasks that prefer it meet their replies without changing threads.
  ///
  /// For short work only: the network waits meanwhile.
  package var executor: any TaskExecutor { loop }
  private let loop: EngineLoop

  /// Starts the engine.
  ///
  /// - Parameter trust: Whose certificates are trusted.
  /// - Throws: `TransportError` when libcurl or the thread cannot be started.
  package init(trust: TrustStore = TrustStore()) throws(TransportError) {
    loop = try EngineLoop(trust: trust)
    try loop.start()
  }

  deinit { loop.close() }

  /// Sends a request, follows its redirects and waits for the whole reply, of whatever status.
  ///
  /// - Parameter request: What to send.
  /// - Returns: The reply.
  /// - Throws: `TransportError`, or `CancellationError` within milliseconds of being cancelled.
  package func send(_ request: HTTPRequest) async throws -> HTTPResponse {
    var request = request
    while true {
      let response = try await sendOnce(request)
      guard response.status >= 300, response.status < 400,
        let next = try request.redirected(by: response)
      else { return response }
      request = next
    }
  }

  /// Ends all requests with an error of code `closed`; later ones end in the same way.
  package func close() { loop.close() }

  private func sendOnce(_ request: HTTPRequest) async throws -> HTTPResponse {
    let address = request.address
    guard address.isSecure || address.isLoopback || request.allowsPlainHTTP else {
      throw TransportError(
        .plain,
        "plain http to \(address.origin) would show keys and data to the network"
      )
    }
    let pending = PendingRequest(request)
    return try await withTaskCancellationHandler {
      try await withUnsafeThrowingContinuation { continuation in
        guard pending.handoff.wait(continuation) else {
          continuation.resume(throwing: CancellationError())
          return
        }
        loop.submit(pending)
      }
    } onCancel: {
      // The task goes on at once; the thread tears the transfer down when it comes to it.
      if let continuation = pending.handoff.end() {
        continuation.resume(throwing: CancellationError())
        loop.cancel(pending)
      }
    }
  }
}
