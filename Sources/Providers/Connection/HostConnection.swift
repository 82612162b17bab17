package import Experiment
import FoundationEssentials
import Synchronization
package import Transport

/// A host over HTTP, as its profile says; or a recording of one.
///
/// Every final reply goes to an archive, after all repetitions and without anything secret.
package final class HostConnection: Host {
  /// What users may set for one connection.
  package struct Options: Sendable {
    /// Time for a whole reply unless a call says otherwise.
    package var timeout: Duration
    /// Largest body of a reply in bytes.
    package var limit: Int
    /// Whether plain `http` may be spoken to another machine.
    package var allowsPlainHTTP: Bool

    /// Creates options.
    package init(
      timeout: Duration = .seconds(600),
      limit: Int = 64 << 20,
      allowsPlainHTTP: Bool = false
    ) {
      self.timeout = timeout
      self.limit = limit
      self.allowsPlainHTTP = allowsPlainHTTP
    }
  }

  package let name: String
  private let base: String
  private let fields: [HTTPRequest.Field]
  private let options: Options
  private let client: HTTPClient?
  private let record: (any Archive)?
  private let replay: (any Archive)?
  private let redaction: Redaction
  private let occurrences = Mutex<[Digest: Int]>([:])
  /// Where calls without a query go, since most of a run's go to one place.
  private let targets = Mutex<[String: Target]>([:])

  /// Where a call goes.
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
  ///   - options: Time-outs and limits.
  ///   - client: Sends requests; `nil` leaves the network untouched: only `replay` answers.
  ///   - record: Keeps what is asked and answered.
  ///   - replay: Answers what it holds: everything when there is no client, otherwise prices only.
  package init(
    profile: HostProfile,
    baseURL: String,
    key: Secret?,
    options: Options = Options(),
    client: HTTPClient?,
    record: (any Archive)? = nil,
    replay: (any Archive)? = nil
  ) {
    name = profile.name
    base = String(baseURL.reversed().drop { $0 == "/" }.reversed())
    self.options = options
    self.client = client
    self.record = record
    self.replay = replay
    redaction = Redaction(key: key)
    var fields = [HTTPRequest.Field("user-agent", "daunce"), .init("accept", "application/json")]
    if let key {
      switch profile.authorization {
      case .apiKey: fields.append(.init("api-key", key.reveal(), isSecret: true))
      case .bearer, .none:
        fields.append(.init("authorization", "Bearer \(key.reveal())", isSecret: true))
      }
    }
    self.fields = fields
  }

  package func wait(_ duration: Duration) async throws {
    if client == nil { return try Task.checkCancellation() }
    try await Task.sleep(for: duration)
  }

  package func send(_ call: Call) async throws -> Reply {
    let target = try target(of: call)
    let key = Self.key(of: call, url: target.shown)
    if let replay, client == nil || call.purpose == .score {
      if let known = try recorded(key, call, in: replay) {
        // While the network is there, what was no good is asked for again.
        if client == nil { return try reply(known, to: call) }
        if let reply = try? reply(known, to: call) { return reply }
      }
      guard client != nil else {
        throw HostError(
          .notRecorded,
          "the recording lacks \(call.method) \(target.shown)"
            + (Self.model(of: call).map { " for model '\($0)'" } ?? "")
        )
      }
    }
    guard let client else { throw HostError(.configuration, "there is no way to the network") }

    let asked = Self.milliseconds()
    let start = ContinuousClock.now
    let response = try await response(to: call, target.address, client)
    let took = (ContinuousClock.now - start) / .milliseconds(1)
    let received = response.fields.all.map { Exchange.Field($0.name, $0.value) }
    if let record {
      try record.keep(
        Exchange(
          key: key.description,
          method: call.method,
          url: target.shown,
          request: redaction.body(Self.sent(call), isSearched: call.purpose != .score),
          status: response.status,
          fields: redaction.fields(received),
          body: redaction.body(response.body, isSearched: call.purpose != .score),
          asked: asked,
          took: Int(took)
        )
      )
    }
    return try judge(
      status: response.status,
      fields: received,
      body: response.body,
      call
    )
  }

  // MARK: Asking

  private func target(of call: Call) throws -> Target {
    if call.query.isEmpty, let known = targets.withLock({ $0[call.path] }) { return known }
    let url = url(of: call)
    let target: Target
    do {
      target = Target(address: try HTTPAddress(url), shown: redaction.url(url))
    } catch {
      throw Self.error(error, of: call)
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
    let items = call.query.map { Self.encoded($0.name) + "=" + Self.encoded($0.value) }
    return url + (url.contains("?") ? "&" : "?") + items.joined(separator: "&")
  }

  private static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "_"), UInt8(ascii: "~"):
        result.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        result += digits.count == 1 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return result
  }

  private func response(
    to call: Call,
    _ address: HTTPAddress,
    _ client: HTTPClient
  ) async throws -> HTTPResponse {
    let isRepeatable = call.purpose != .create
    do {
      var fields = fields + call.headers.map { HTTPRequest.Field($0.name, $0.value) }
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
        patience: .init(total: call.timeout ?? options.timeout),
        limit: options.limit,
        isRepeatable: isRepeatable,
        allowsPlainHTTP: options.allowsPlainHTTP
      )
      return try await client.send(request, tokens: call.tokens) { Self.verdict($0, call) }
    } catch let error as TransportError {
      throw Self.error(error, of: call)
    }
  }

  /// Whether asking again may help, where only the words tell; `nil` where the status does.
  private static func verdict(_ response: HTTPResponse, _ call: Call) -> RetrySchedule.Verdict? {
    if (200..<300).contains(response.status) {
      return call.purpose != .create && isPage(response.body) ? .retry : nil
    }
    guard response.status == 429 else { return nil }
    let error = HostError(status: 429, fields: [], body: response.body, asked: "")
    return error.code == .rateLimited ? nil : .final
  }

  /// Whether a body is a proxy's page instead of a host's reply: nothing was done.
  private static func isPage(_ body: [UInt8]) -> Bool {
    body.first { $0 > 0x20 } == UInt8(ascii: "<")
  }

  private static func error(_ error: TransportError, of call: Call) -> HostError {
    let message = "cannot ask \(call.method) \(call.path.prefix { $0 != "?" }): \(error.message)"
    if call.purpose == .create, error.mayHaveArrived {
      return HostError(.unknownOutcome, message)
    }
    return switch error.code {
    case .certificate, .redirect, .proxy, .invalidURL: HostError(.configuration, message)
    case .tooLarge, .malformed: HostError(.notUnderstood, message)
    default: HostError(.unavailable, message)
    }
  }

  // MARK: Answers

  private func judge(
    status: Int,
    fields: [Exchange.Field],
    body: [UInt8],
    _ call: Call
  ) throws(HostError) -> Reply {
    let asked = "\(call.method) \(redaction.url(call.path))"
    guard (200..<300).contains(status) else {
      var error = HostError(status: status, fields: fields, body: body, asked: asked)
        .without(redaction)
      if call.purpose == .create, error.code == .unavailable {
        error = HostError(.unknownOutcome, error.message, status: status)
      }
      throw error
    }
    if call.purpose != .create {
      if Self.isPage(body) {
        throw HostError(
          .notUnderstood,
          "\(asked) answered with a page instead of a reply: \(HostError.excerpt(body))",
          status: status
        ).without(redaction)
      }
      if let error = HostError.inside(body, asked: asked) { throw error.without(redaction) }
    }
    return Reply(status: status, fields: fields, body: body)
  }

  private func reply(_ exchange: Exchange, to call: Call) throws -> Reply {
    if client == nil { try record?.keep(exchange) }
    return try judge(
      status: exchange.status,
      fields: exchange.fields,
      body: exchange.body,
      call
    )
  }

  /// The recorded reply whose turn it is; a recording's last answer to a reading call repeats.
  private func recorded(_ digest: Digest, _ call: Call, in replay: any Archive) throws -> Exchange?
  {
    let key = digest.description
    // While the network is there, prices alone come from the record, and only good ones.
    guard client == nil else {
      let known = try replay.exchange(key, occurrence: 0)
      return known.flatMap { (200..<300).contains($0.status) ? $0 : nil }
    }
    let turn = occurrences.withLock { occurrences in
      defer { occurrences[digest, default: 0] += 1 }
      return occurrences[digest, default: 0]
    }
    if let known = try replay.exchange(key, occurrence: turn) { return known }
    guard call.purpose == .read || call.purpose == .score || call.purpose == .remove else {
      return nil
    }
    for earlier in (0..<turn).reversed() {
      if let known = try replay.exchange(key, occurrence: earlier) { return known }
    }
    return nil
  }

  // MARK: Keys

  /// Digest of what is asked: equal requests have equal keys, whatever the order of JSON members.
  private static func key(of call: Call, url: String) -> Digest {
    var digest = Digest()
    digest.update(call.method)
    digest.update(url)
    digest.update("\(call.reading)")
    digest.update(sent(call))
    return digest
  }

  /// The body in one form: JSON as it is (the dialects write sorted keys), forms part by part.
  private static func sent(_ call: Call) -> [UInt8] {
    switch call.body {
    case .none: return []
    case .json(let bytes): return bytes
    case .form(let fields, let file):
      var bytes: [UInt8] = []
      for field in fields { bytes += Array("\(field.name): \(field.value)\n".utf8) }
      return bytes + Array("\(file.field): \(file.name)\n".utf8) + file.content
    }
  }

  /// The model a call is about, for messages.
  private static func model(of call: Call) -> String? {
    guard case .json(let bytes) = call.body else { return nil }
    return JSONReader.read(bytes)?["model"]?.string
  }

  private static func milliseconds() -> Int {
    Int((Date().timeIntervalSince1970 * 1000).rounded())
  }
}

extension HostError {
  /// The same error without the key, should the host have repeated it.
  fileprivate func without(_ redaction: Redaction) -> HostError {
    HostError(
      code,
      String(decoding: redaction.body(Array(message.utf8), isSearched: false), as: UTF8.self),
      status: status,
      hostCode: hostCode,
      requestID: requestID
    )
  }
}
