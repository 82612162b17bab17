/// Turns the bytes of a connection into requests, one after another.
///
/// - SeeAlso: RFC 9112, "HTTP/1.1".
package struct RequestReader {
  /// What the bytes so far amount to.
  package enum Step: Hashable {
    /// More bytes are needed.
    case needsMore
    /// The client waits to be told to send its body.
    case expectsContinue
    /// A whole request.
    case request(ServerRequest)
  }

  /// Most bytes a request may take.
  package struct Limits: Sendable, Hashable {
    /// Request line and headers.
    var head: Int
    /// Body.
    var body: Int

    /// Sets limits; as they are, those of a server on the same machine.
    package init(head: Int = 16 << 10, body: Int = 64 << 20) {
      self.head = head
      self.body = body
    }
  }

  private enum Phase {
    case head
    case sized(Int)
    case chunkSize
    case chunk(Int)
    case trailers
  }

  private let limits: Limits
  private var buffer: [UInt8] = []
  private var position = 0
  /// Where the search for the end of the head goes on.
  private var searched = 0
  private var phase = Phase.head
  private var request = ServerRequest(method: "", path: [])
  private var continueIsOwed = false

  /// Creates a reader of a new connection.
  package init(limits: Limits = Limits()) { self.limits = limits }

  /// Whether no request has begun.
  var isIdle: Bool { isInHead && position == buffer.count }

  /// Whether the request line and headers are still incomplete.
  var isInHead: Bool { if case .head = phase { true } else { false } }

  /// Adds bytes that came in.
  package mutating func append(_ bytes: some Collection<UInt8>) {
    if position > 0, position == buffer.count || position > 1 << 16 {
      buffer.removeFirst(position)
      searched -= position
      position = 0
    }
    buffer.append(contentsOf: bytes)
  }

  /// Goes on with the bytes there are; to be called again until more are needed.
  ///
  /// - Throws: The error to be answered, after which the connection is of no more use.
  package mutating func next() throws(APIError) -> Step {
    while true {
      switch phase {
      case .head:
        guard let end = try headEnd() else { return .needsMore }
        try readHead(end)
      case .sized(let count):
        guard buffer.count - position >= count else { return awaited() }
        request.body = Array(buffer[position..<position + count])
        position += count
        return finished()
      case .chunkSize:
        guard let line = try line(atMost: 256) else { return awaited() }
        let digits = line.prefix { ServerRequest.hexadecimal($0) != nil }
        guard !digits.isEmpty, digits.count <= 8,
          line.dropFirst(digits.count).first.map({ $0 == 0x3B || $0 == 0x20 }) ?? true
        else { throw .malformed("a chunk's size is no number") }
        let size = digits.reduce(0) { $0 << 4 | Int(ServerRequest.hexadecimal($1) ?? 0) }
        guard request.body.count + size <= limits.body else { throw .bodyTooLarge(limits.body) }
        phase = size == 0 ? .trailers : .chunk(size)
      case .chunk(let size):
        guard buffer.count - position >= size + 2 else { return awaited() }
        let end = position + size
        guard buffer[end] == 0x0D, buffer[end + 1] == 0x0A else {
          throw .malformed("a chunk is longer than its size")
        }
        request.body += buffer[position..<end]
        position = end + 2
        phase = .chunkSize
      case .trailers:
        guard let line = try line(atMost: limits.head) else { return awaited() }
        if line.isEmpty { return finished() }
      }
    }
  }

  private mutating func awaited() -> Step {
    guard continueIsOwed, position == buffer.count else { return .needsMore }
    continueIsOwed = false
    return .expectsContinue
  }

  private mutating func finished() -> Step {
    phase = .head
    searched = position
    continueIsOwed = false
    return .request(request)
  }

  /// The next line without its end, when it is there.
  private mutating func line(atMost most: Int) throws(APIError) -> ArraySlice<UInt8>? {
    guard let end = buffer[position...].firstIndex(of: 0x0A) else {
      if buffer.count - position > most { throw .headTooLarge(limits.head) }
      return nil
    }
    guard end > position, buffer[end - 1] == 0x0D else {
      throw .malformed("a line does not end in CR LF")
    }
    defer { position = end + 1 }
    return buffer[position..<end - 1]
  }

  /// Where the empty line that ends the head begins.
  private mutating func headEnd() throws(APIError) -> Int? {
    // Blank lines before a request are to be skipped.
    while buffer.count - position >= 2, buffer[position] == 0x0D, buffer[position + 1] == 0x0A {
      position += 2
    }
    if position < buffer.count, buffer[position] != 0x0D, !Self.isToken(buffer[position]) {
      throw .malformed("not an HTTP request")
    }
    searched = max(searched, position)
    while let feed = buffer[searched...].firstIndex(of: 0x0A) {
      guard feed > position, buffer[feed - 1] == 0x0D else {
        throw .malformed("a line does not end in CR LF")
      }
      searched = feed + 1
      if feed - position > limits.head { throw .headTooLarge(limits.head) }
      if feed >= position + 3, buffer[feed - 2] == 0x0A { return feed - 1 }
    }
    searched = buffer.count
    if buffer.count - position > limits.head { throw .headTooLarge(limits.head) }
    return nil
  }

  private static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
  }

  private mutating func readHead(_ end: Int) throws(APIError) {
    let lines = buffer[position..<end].split(separator: 0x0A).map { $0.dropLast() }
    position = end + 2
    guard let first = lines.first,
      let line = String(validating: first, as: UTF8.self)
    else { throw .malformed("a request line that is not UTF-8") }
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words[0].utf8.allSatisfy(Self.isToken),
      let target = ServerRequest.target(words[1])
    else { throw .malformed("not a request line") }
    guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else {
      throw words[2].hasPrefix("HTTP/")
        ? APIError(505, "HTTP version not supported") : .malformed("not a request line")
    }
    request = ServerRequest(method: String(words[0]), path: target.path, query: target.query)
    for line in lines.dropFirst() { try readHeader(line) }
    let isOld = words[2] == "HTTP/1.0"
    if !isOld, request.headers["host"] == nil { throw .malformed("no Host header") }
    let connection = request.headers["connection"]?.lowercased() ?? ""
    request.keepsAlive = isOld ? connection.contains("keep-alive") : !connection.contains("close")
    phase = try bodyPhase()
    switch request.headers["expect"]?.lowercased() {
    case nil: break
    case "100-continue": continueIsOwed = !isOld
    default: throw APIError(417, "only '100-continue' can be expected")
    }
  }

  private mutating func readHeader(_ line: ArraySlice<UInt8>) throws(APIError) {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(Self.isToken)
    else { throw .malformed("a header without a name") }
    let value = line[(colon + 1)...]
    guard !value.contains(where: { $0 == 0 || $0 == 0x0D }) else {
      throw .malformed("a header with a control character")
    }
    let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
    let name = String(decoding: line[..<colon], as: UTF8.self).lowercased()
    let start = value.firstIndex { !isBlank($0) } ?? value.endIndex
    let end = value.lastIndex { !isBlank($0) }.map { $0 + 1 } ?? start
    let text = String(decoding: value[start..<end], as: UTF8.self)
    request.headers[name] = request.headers[name].map { "\($0), \(text)" } ?? text
  }

  private func bodyPhase() throws(APIError) -> Phase {
    let length = request.headers["content-length"]
    if let coding = request.headers["transfer-encoding"] {
      guard coding.lowercased() == "chunked" else {
        throw APIError(501, "unknown transfer coding '\(coding)'")
      }
      guard length == nil else { throw .malformed("both a length and a transfer coding") }
      return .chunkSize
    }
    guard let length else { return .sized(0) }
    guard !length.isEmpty, length.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
      throw .malformed("a length that is no number")
    }
    guard let count = Int(length), count <= limits.body else { throw .bodyTooLarge(limits.body) }
    return .sized(count)
  }
}
