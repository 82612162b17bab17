/// Calls to a host's job API whose replies are JSON objects.
struct JobCalls: Sendable {
  let host: any Host
  /// Waits grow from here: the first look at a running job comes after it.
  let pause: Duration
  /// Longest wait for what may never come.
  var longestWait = HostedTrainer.longestWait

  /// Reads something; a reply that is not JSON is asked for again, because proxies answer for hosts.
  func read(_ path: String, query: [Call.FormField] = []) async throws -> JSON {
    let call = Call("GET", path, query: query, purpose: .read)
    var pace = Pace(pause)
    for _ in 1..<5 {
      do {
        return try await host.send(call).json(of: call)
      } catch let error as HostError where error.code == .notUnderstood {
        try await host.wait(pace.next())
      }
    }
    return try await host.send(call).json(of: call)
  }

  /// Reads something; `nil` when the host does not have it.
  func find(_ path: String) async throws -> JSON? {
    do {
      return try await read(path)
    } catch let error as HostError where error.isGone {
      return nil
    }
  }

  /// Makes something, once; a reply that names nothing leaves the outcome unknown.
  func make(
    _ path: String,
    query: [Call.FormField] = [],
    body: Call.Body,
    id: String = "id"
  ) async throws -> JSON {
    let call = Call("POST", path, query: query, body: body, purpose: .create)
    let reply = try await host.send(call)
    guard let document = JSONReader.read(reply.body), document[id]?.string?.isEmpty == false else {
      throw HostError(
        .unknownOutcome,
        "\(host.name) answered POST \(path) with something that names nothing made: "
          + HostError.excerpt(reply.body),
        status: reply.status
      )
    }
    return document
  }

  func remove(_ method: String, _ path: String) async throws {
    _ = try await host.send(Call(method, path, purpose: .remove))
  }
}

/// Waits that grow by half each time.
struct Pace: Sendable {
  private var current: Duration
  private let longest: Duration

  /// Starts with a wait; none is longer than 30 times that.
  init(_ first: Duration) {
    current = first
    longest = first * 30
  }

  mutating func next() -> Duration {
    defer { current = min(current * 3 / 2, longest) }
    return current
  }
}

extension HostError {
  /// Whether it says that there is no such thing, or no longer.
  var isGone: Bool { code == .notFound || status == 404 || status == 410 }
}

extension String {
  /// The text as one segment of a path.
  var asPathSegment: String { percentEncoded(but: [UInt8(ascii: ":")]) }

  /// The text with all but unreserved characters (RFC 3986) encoded.
  func percentEncoded(but kept: [UInt8] = []) -> String {
    var result = ""
    for byte in utf8 {
      let isPlain =
        Character(Unicode.Scalar(byte)).isLetter && byte < 0x80
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || "-._~".utf8.contains(byte)
      if isPlain || kept.contains(byte) {
        result.unicodeScalars.append(Unicode.Scalar(byte))
      } else {
        result += (byte < 16 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
      }
    }
    return result
  }
}
