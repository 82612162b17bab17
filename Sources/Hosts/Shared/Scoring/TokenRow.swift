/// The tokens of one text as a host lists them, each with its log-probability.
struct TokenRow: Sendable {
  /// The reply that the tokens lie in.
  private var reply: [UInt8] = []
  /// The tokens that the reply spells with escapes, which are thought to lie behind it.
  private var unescaped: [UInt8] = []
  private var places: [Range<Int>] = []
  /// Log-probability of each token in nats; NaN where the host gives none.
  private(set) var values: [Double] = []

  /// Tokens it has.
  var count: Int { places.count }

  subscript(index: Int) -> ArraySlice<UInt8> {
    let (start, end) = (places[index].lowerBound, places[index].upperBound)
    return start < reply.count
      ? reply[start..<end] : unescaped[(start - reply.count)..<(end - reply.count)]
  }

  init() {}

  init(_ tokens: [(text: String, value: Double)]) {
    for token in tokens {
      append(Array(token.text.utf8))
      values.append(token.value)
    }
  }

  init(texts: [[UInt8]], values: [Double]) {
    for text in texts { append(text) }
    self.values = values
  }

  /// Takes the value of a `logprobs` member: lists side by side (OpenAI's completions, Together) or
  /// a list `content` of objects (chats, Fireworks, llama.cpp).
  ///
  /// Lists of alternatives are skipped unread.
  /// - Throws: `MalformedJSON`, also when the lists differ in length.
  init(_ scanner: inout JSONScanner) throws(MalformedJSON) {
    if scanner.takeNull() { return }
    guard scanner.peek() == UInt8(ascii: "{") else {
      try scanner.skip()
      return
    }
    reply = scanner.bytes
    places.reserveCapacity(96)
    values.reserveCapacity(96)
    try scanner.enterObject()
    while let key = try scanner.nextKey() {
      switch key {
      case "tokens": try takeTexts(&scanner)
      case "token_logprobs": try takeValues(&scanner)
      case "content": try takeContent(&scanner)
      default: try scanner.skip()
      }
    }
    guard places.count == values.count else { throw MalformedJSON() }
  }

  private mutating func append(_ token: [UInt8]) {
    let start = reply.count + unescaped.count
    places.append(start..<(start + token.count))
    unescaped += token
  }

  private mutating func takeText(_ scanner: inout JSONScanner) throws(MalformedJSON) {
    if let place = scanner.plainString() { return places.append(place) }
    let start = reply.count + unescaped.count
    try scanner.appendString(to: &unescaped)
    places.append(start..<(reply.count + unescaped.count))
  }

  private mutating func takeTexts(_ scanner: inout JSONScanner) throws(MalformedJSON) {
    if scanner.takeNull() { return }
    try scanner.enterArray()
    while try scanner.nextElement() {
      if scanner.takeNull() { append([]) } else { try takeText(&scanner) }
    }
  }

  private mutating func takeValues(_ scanner: inout JSONScanner) throws(MalformedJSON) {
    if scanner.takeNull() { return }
    try scanner.enterArray()
    while try scanner.nextElement() {
      values.append(scanner.takeNull() ? .nan : try scanner.number())
    }
  }

  private mutating func takeContent(_ scanner: inout JSONScanner) throws(MalformedJSON) {
    if scanner.takeNull() { return }
    try scanner.enterArray()
    while try scanner.nextElement() {
      let index = count
      var value = Double.nan
      var raw: [UInt8]?
      try scanner.enterObject()
      while let key = try scanner.nextKey() {
        switch key {
        case "token" where !scanner.takeNull(): try takeText(&scanner)
        case "logprob" where !scanner.takeNull(): value = try scanner.number()
        case "bytes" where !scanner.takeNull(): raw = try Self.bytes(&scanner)
        case "token", "logprob", "bytes": break
        default: try scanner.skip()
        }
      }
      // The bytes are the token itself; its text may have replacement characters instead.
      if raw != nil || count == index {
        places.removeSubrange(index...)
        append(raw ?? [])
      }
      values.append(value)
    }
  }

  private static func bytes(_ scanner: inout JSONScanner) throws(MalformedJSON) -> [UInt8] {
    var bytes: [UInt8] = []
    try scanner.enterArray()
    while try scanner.nextElement() {
      guard let byte = UInt8(exactly: try scanner.number()) else { throw MalformedJSON() }
      bytes.append(byte)
    }
    return bytes
  }
}
