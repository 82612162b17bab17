package import Experiment
import FoundationEssentials
import Synchronization
package import Transport

/// A host over HTTP, as its profile says; or a recording of one.
///
/// Every final reply goes to an archive, after all repetitions and without anything secret.
package final class HostConnection: Host {
  package let name: String
  package var executor: (any TaskExecutor)? { client?.executor }
  /// What is waited for while it does not answer.
  private let awaited: String
  private let base: String
  /// Scheme, host and port of the base: only there the key is sent.
  private let origin: String?
  private let fields: [HTTPRequest.Field]
  private let timeout: Duration
  private let limit: Int
  private let allowsPlainHTTP: Bool
  let client: HTTPClient?
  private let record: (any Archive)?
  private let replay: (any Archive)?
  /// Whether what is replayed goes to the record, too: it does unless it comes from there.
  private let keepsReplayed: Bool
  let redaction: Redaction
  let occurrences = Mutex<[Digest: Int]>([:])
  /// Replies to creations that a replay has given, by key and turn: each is given once.
  let given = Mutex<Set<String>>([])
  /// Exchanges of a replay at one address, jobs' keys apart, once they were looked for.
  let alike = Mutex<[String: [Exchange]]>([:])
  /// Where calls without a query go, since most of a run's go to one place.
  private let targets = Mutex<[String: Target]>([:])

  private struct Target: Sendable {
    let address: HTTPAddress
    /// What is shown and kept of it.
    let shown: String
  }

  /// Creates a connection.
  ///
  /// - Parameters:
  ///   - profile: The host.
  ///   - baseURL: Where its API is, with or without a slash at the end.
  ///   - key: The key; `nil` where none is needed.
  ///   - headers: Further header fields; they go where the key goes, and nowhere else.
  ///   - timeout: Time for a whole reply unless a call says otherwise.
  ///   - limit: Largest body of a reply in bytes.
  ///   - allowsPlainHTTP: Whether plain `http` may be spoken to another machine.
  ///   - client: Sends requests; `nil` leaves the network untouched: only `replay` answers.
  ///   - record: Keeps what is asked and answered.
  ///   - replay: Answers what it holds: everything when there is no client, otherwise losses only.
  package init(
    profile: HostProfile,
    baseURL: String,
    key: Secret?,
    headers: [String: Secret] = [:],
    timeout: Duration = .seconds(600),
    limit: Int = 64 << 20,
    allowsPlainHTTP: Bool = false,
    client: HTTPClient?,
    record: (any Archive)? = nil,
    replay: (any Archive)? = nil
  ) {
    name = profile.name
    awaited = "an answer of \(profile.name)"
    base = String(baseURL.reversed().drop { $0 == "/" }.reversed())
    origin = try? HTTPAddress(base).origin
    self.timeout = timeout
    self.limit = limit
    self.allowsPlainHTTP = allowsPlainHTTP
    self.client = client
    self.record = record
    self.replay = replay
    keepsReplayed = (record as AnyObject?) !== (replay as AnyObject?)
    redaction = Redaction([key].compactMap(\.self) + headers.values.filter(\.isLong))
    var fields = [HTTPRequest.Field("user-agent", "daunce"), .init("accept", "application/json")]
    if let key {
      switch profile.authorization {
      case .apiKey: fields.append(.init("api-key", key.reveal(), isSecret: true))
      case .bearer, .none:
        fields.append(.init("authorization", "Bearer \(key.reveal())", isSecret: true))
      }
    }
    for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
      fields.append(.init(name, value.reveal(), isSecret: true))
    }
    self.fields = fields
  }

  package func wait(_ duration: Duration) async throws {
    if client == nil { return try Task.checkCancellation() }
    try await Task.sleep(for: duration)
  }

  package func send(_ call: Call) async throws -> Reply {
    let target = try target(of: call)
    let key = call.key(url: target.shown)
    let isReading = call.purpose == .score
    if let replay, client == nil || isReading {
      var known = try recorded(key, call, in: replay)
      if known == nil, client == nil { known = try sameApart(call, target.shown, in: replay) }
      if let known {
        if keepsReplayed { try record?.keep(known) }
        return try judge(known.status, known.fields, known.body, call)
      }
      if client == nil { throw try unrecorded(call, key, target.shown, in: replay) }
    }
    guard let client else { throw HostError(.configuration, "there is no way to the network") }

    let asked = Self.milliseconds()
    let start = ContinuousClock.now
    let response = try await response(to: call, target.address, client)
    let took = (ContinuousClock.now - start) / .milliseconds(1)
    // Without the key from here on, whatever becomes of it: names, messages, losses.
    let fields = redaction.fields(response.fields)
    let body = redaction.withoutKey(response.body)
    let isGood = (200..<300).contains(response.status)
    if let record {
      try record.keep(
        Exchange(
          key: key.description,
          method: call.method,
          url: target.shown,
          request: redaction.body(call.sent, isSearched: !isReading),
          status: response.status,
          fields: fields,
          body: isReading && isGood ? body : redaction.body(body, isSearched: true),
          asked: asked,
          took: Int(took)
        )
      )
    }
    return try judge(response.status, fields, body, call)
  }

  // MARK: Asking

  private func target(of call: Call) throws -> Target {
    if call.query.isEmpty, let known = targets.withLock({ $0[call.path] }) { return known }
    let url = url(of: call)
    let target: Target
    do {
      target = Target(address: try HTTPAddress(url), shown: redaction.url(url))
    } catch {
      throw self.error(error, of: call)
    }
    if call.query.isEmpty {
      targets.withLock { targets in
        if targets.count == Self.mostTargets { targets = [:] }
        targets[call.path] = target
      }
    }
    return target
  }

  private static let mostTargets = 64

  private func url(of call: Call) -> String {
    var url = call.path
    if !url.hasPrefix("https://"), !url.hasPrefix("http://") {
      // A base that ends in the path's own first step, such as /v1, is not given it twice.
      let step = url.dropFirst().prefix { $0 != "/" }
      let isRepeated = step == "v1" && base.hasSuffix("/v1")
      url = base + (isRepeated ? url.dropFirst(step.count + 1) : url[...])
    }
    guard !call.query.isEmpty else { return url }
    let items = call.query.map { $0.name.percentEncoded() + "=" + $0.value.percentEncoded() }
    return url + (url.contains("?") ? "&" : "?") + items.joined(separator: "&")
  }

  private func response(
    to call: Call,
    _ address: HTTPAddress,
    _ client: HTTPClient
  ) async throws -> HTTPResponse {
    let isRepeatable = call.purpose != .create
    // Losses come in their thousands: for them a wait begins when there is one.
    var waiting = call.purpose == .score ? nil : Waiting(for: awaited)
    defer { waiting?.end() }
    do {
      // An address that the host gave, such as one for an upload, may be anybody's.
      let own = address.origin == origin ? fields : fields.filter { !$0.isSecret }
      var fields = own + call.headers.map { HTTPRequest.Field($0.name, $0.value) }
      let body: HTTPRequest.Body
      switch call.body {
      case .none: body = .none
      case .json(let bytes):
        fields.append(.init("content-type", "application/json"))
        body = .bytes(bytes)
      case .form(let texts, let file):
        body = .form(
          texts.map { .init($0.name, content: Array($0.value.utf8)) }
            + [.init(file.field, fileName: file.name, content: file.content)]
        )
      }
      let request = HTTPRequest(
        call.method,
        address,
        fields: fields,
        body: body,
        patience: .init(total: call.timeout ?? timeout),
        limit: limit,
        isRepeatable: isRepeatable,
        allowsPlainHTTP: allowsPlainHTTP
      )
      return try await client.send(
        request,
        tokens: call.tokens,
        attempts: call.purpose == .score ? Self.scoreAttempts : nil,
        judge: { Self.verdict($0, call) },
        waiting: { pause, outcome in
          if waiting == nil { waiting = Waiting(for: awaited) }
          waiting?.tell(
            words(of: outcome, call),
            pause: pause,
            until: Self.end(of: pause),
            isUsual: outcome == nil
          )
        }
      )
    } catch let error as TransportError {
      throw self.error(error, of: call)
    }
  }

  /// Times that a loss is asked for which may fail by its own fault; others beside it tell then.
  private static let scoreAttempts = 3

  /// Why something is asked again, or not yet.
  private func words(of outcome: Result<HTTPResponse, TransportError>?, _ call: Call) -> String {
    switch outcome {
    case .success(let reply):
      let body = redaction.withoutKey(reply.body)
      return HostError(status: reply.status, fields: [], body: body, asked: shown(call)).message
    case .failure(let error): return self.error(error, of: call).message
    case nil: return "it is asked as often as it allows"
    }
  }

  /// When a pause ends that is long enough to be told, in seconds since 1970.
  private static func end(of pause: Duration) -> Double? {
    pause < .seconds(60) ? nil : Date().timeIntervalSince1970 + pause / .seconds(1)
  }

  /// Whether asking again may help, where only the words tell; `nil` where the status does.
  static func verdict(_ response: HTTPResponse, _ call: Call) -> RetrySchedule.Verdict? {
    if (200..<300).contains(response.status) {
      // What something in between answered for the host may be asked for again.
      guard call.purpose != .create else { return nil }
      if let error = HostError.inside(response.body, asked: "", isReading: call.asksReading) {
        if error.code == .rateLimited { return .throttled }
        return error.code == .unavailable ? .retry : .final
      }
      return isReply(response.body, to: call) ? nil : .retry
    }
    let error = HostError(status: response.status, fields: [], body: response.body, asked: "")
    return error.mayPass || response.status < 429 ? nil : .final
  }

  /// Whether a body can be the host's own: no web page, and a loss's JSON is there to its end.
  static func isReply(_ body: [UInt8], to call: Call) -> Bool {
    guard let first = body.first(where: { $0 > 0x20 }), let last = body.last(where: { $0 > 0x20 })
    else { return call.purpose != .score }
    guard call.purpose == .score else { return first != UInt8(ascii: "<") }
    return (first == UInt8(ascii: "{") || first == UInt8(ascii: "[") || first == 0xEF)
      && (last == UInt8(ascii: "}") || last == UInt8(ascii: "]"))
  }

  private func error(_ error: TransportError, of call: Call) -> HostError {
    let asked = redaction.url("\(call.method) \(call.path)")
    let message = "cannot ask \(name), \(asked): \(redaction.withoutKey(error.message))"
    if call.purpose == .create, error.mayHaveArrived {
      return HostError(.unknownOutcome, message)
    }
    return switch error.code {
    case .certificate, .redirect, .proxy, .invalidURL, .plain:
      HostError(.configuration, message, hint: error.hint)
    // A list that is asked for item by item gives shorter replies.
    case .tooLarge: HostError(.refused, message)
    case .malformed, .encoding: HostError(.notUnderstood, message)
    default: HostError(.unavailable, message, hint: error.hint)
    }
  }

  // MARK: Answers

  private func judge(
    _ status: Int,
    _ fields: [Exchange.Field],
    _ body: [UInt8],
    _ call: Call
  ) throws(HostError) -> Reply {
    guard (200..<300).contains(status) else {
      let error = HostError(status: status, fields: fields, body: body, asked: shown(call))
        .mapped(redaction.url)
      guard call.purpose == .create, error.code == .unavailable else { throw error }
      throw error.with(error.message, code: .unknownOutcome)
    }
    if call.purpose != .create {
      if let error = HostError.inside(body, asked: shown(call), isReading: call.asksReading) {
        throw error.mapped(redaction.url)
      }
      guard Self.isReply(body, to: call) else {
        let message =
          "\(shown(call)) answered something else than its reply: \(HostError.excerpt(body))"
        throw HostError(.notUnderstood, message, status: status)
      }
    }
    return Reply(status: status, fields: fields, body: body)
  }

  /// Who was asked what, without secrets.
  private func shown(_ call: Call) -> String { redaction.url(asked(call)) }

  private static func milliseconds() -> Int {
    Int((Date().timeIntervalSince1970 * 1000).rounded())
  }
}
