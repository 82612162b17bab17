/// One client's connection: reads its requests one after another and answers each.
struct Connection {
  /// What a server does with a request.
  struct Service: Sendable {
    /// Carries out a request; the number counts all requests of the server.
    let respond: @Sendable (ServerRequest, Int) -> ServerResponse
    /// The fault to be committed, if any.
    let fault: @Sendable (ServerRequest) -> SandboxFaults.Kind?
    /// Told what is done with a request, before its reply is sent: the reply, whether it will be
    /// sent whole, the fault.
    let finished:
      @Sendable (ServerRequest, ServerResponse?, Bool, SandboxFaults.Kind?, Duration) -> Void
    /// Told that a reply could not be sent whole after all.
    let torn: @Sendable (ServerResponse) -> Void
    /// The next request's number.
    let number: @Sendable () -> Int
    /// Whether the server is stopping.
    let isStopping: @Sendable () -> Bool
    /// How long a hanging request is held.
    let hang: Duration
  }

  /// How long a client may take.
  struct Patience: Sendable, Hashable {
    /// Between two pieces of a request or reply.
    var stall = Duration.seconds(30)
    /// For a whole request line with its headers.
    var head = Duration.seconds(30)
    /// Between two requests, in multiples of `stall`.
    var idleStalls = 10
  }

  private let socket: Socket
  private let service: Service
  private let patience: Patience
  private let clock = ContinuousClock()
  private var reader: RequestReader
  private var buffer = [UInt8](repeating: 0, count: 1 << 16)

  init(
    _ socket: Socket,
    _ service: Service,
    limits: RequestReader.Limits,
    patience: Patience
  ) {
    self.socket = socket
    self.service = service
    self.patience = patience
    reader = RequestReader(limits: limits)
  }

  /// Serves until either side ends the connection; the socket stays open.
  mutating func serve() {
    socket.prepare(patience: patience.stall)
    var began: ContinuousClock.Instant?
    var idleStalls = 0
    do throws(APIError) {
      while !service.isStopping() {
        switch try reader.next() {
        case .request(let request):
          guard answer(request) else { return }
          began = nil
        case .expectsContinue:
          guard socket.send(Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)) else { return }
        case .needsMore:
          switch socket.receive(into: &buffer) {
          case .closed: return
          case .timedOut:
            guard reader.isIdle else { throw APIError(408, "the request came too slowly") }
            idleStalls += 1
            if idleStalls >= patience.idleStalls { return }
          case .bytes(let count):
            idleStalls = 0
            let start = began ?? clock.now
            began = start
            if reader.isInHead, clock.now - start > patience.head {
              throw APIError(408, "the request came too slowly")
            }
            reader.append(buffer[..<count])
          }
        }
      }
    } catch {
      refuse(error)
    }
  }

  /// Tells why the bytes are no request, and lets the client read it before the connection ends.
  private mutating func refuse(_ error: APIError) {
    let number = service.number()
    let reply = error.response.bytes(isHead: false, keepsAlive: false, id: number)
    guard socket.send(reply) else { return }
    socket.stopSending()
    // Closing with unread bytes would reset the connection and lose the reply.
    let end = clock.now + .seconds(1)
    var left = 64 << 20
    while left > 0, clock.now < end, socket.stirs(within: end - clock.now),
      case .bytes(let count) = socket.receive(into: &buffer)
    {
      left -= count
    }
  }

  /// Answers one request; whether the connection may be used again.
  ///
  /// What was done is written down before the client can know of it, so that whoever has a reply
  /// finds it in the log.
  private func answer(_ request: ServerRequest) -> Bool {
    let number = service.number()
    let begin = clock.now
    let fault = service.fault(request)
    func finish(_ response: ServerResponse?, isWhole: Bool) {
      service.finished(request, response, isWhole, fault, clock.now - begin)
    }
    switch fault {
    case .dropAfter, .lostJob:
      finish(service.respond(request, number), isWhole: false)
    case .truncated:
      let response = service.respond(request, number)
      finish(response, isWhole: false)
      _ = socket.send(bytes(response, to: request, number).dropLast((response.body.count + 1) / 2))
    case .hang:
      let end = clock.now + service.hang
      while !service.isStopping(), clock.now < end, !socket.stirs(within: .milliseconds(100)) {}
      finish(nil, isWhole: false)
    default:
      guard let response = fault.map({ $0.reply(turn: number) }) ?? service.respond(request, number)
      else {
        finish(nil, isWhole: false)
        return false
      }
      finish(response, isWhole: true)
      guard socket.send(bytes(response, to: request, number)) else {
        service.torn(response)
        return false
      }
      return request.keepsAlive
    }
    return false
  }

  private func bytes(_ response: ServerResponse, to request: ServerRequest, _ number: Int)
    -> [UInt8]
  {
    response.bytes(
      isHead: request.method == "HEAD",
      keepsAlive: request.keepsAlive && !service.isStopping(),
      id: number
    )
  }
}
