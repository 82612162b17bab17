/// A completions reply, read for its tokens alone.
struct EchoReply: Sendable {
  /// The model that answered; `nil` when it is not named.
  private(set) var model: String?
  /// One row a prompt, in the order of the prompts.
  private(set) var rows: [TokenRow] = []

  /// Reads a reply in one pass, skipping what is not needed.
  ///
  /// Together puts the prompts' tokens into a list `prompt` beside `choices`; it is preferred.
  init(_ body: [UInt8]) throws(MalformedJSON) {
    var scanner = JSONScanner(body)
    var prompts: [TokenRow] = []
    var choices: [(index: Int, row: TokenRow)] = []
    try scanner.enterObject()
    while let key = try scanner.nextKey() {
      switch key {
      case "model" where scanner.peek() == UInt8(ascii: "\""): model = try scanner.string()
      case "choices" where scanner.peek() == UInt8(ascii: "["):
        try scanner.enterArray()
        while try scanner.nextElement() {
          choices.append(try Self.choice(&scanner, position: choices.count))
        }
      case "prompt" where scanner.peek() == UInt8(ascii: "["):
        try scanner.enterArray()
        while try scanner.nextElement() {
          guard scanner.peek() == UInt8(ascii: "{") else {
            try scanner.skip()
            continue
          }
          prompts.append(try Self.choice(&scanner, position: prompts.count).row)
        }
      default: try scanner.skip()
      }
    }
    try scanner.finish()
    if prompts.contains(where: { $0.count > 0 }) {
      rows = prompts
    } else {
      // Hosts may answer in any order; equal or missing places cannot be told apart.
      choices.sort { $0.index < $1.index }
      guard choices.enumerated().allSatisfy({ $0.offset == $0.element.index }) else {
        throw MalformedJSON()
      }
      rows = choices.map(\.row)
    }
  }

  private static func choice(
    _ scanner: inout JSONScanner,
    position: Int
  ) throws(MalformedJSON) -> (index: Int, row: TokenRow) {
    var index = position
    var row = TokenRow()
    try scanner.enterObject()
    while let key = try scanner.nextKey() {
      switch key {
      case "index" where !scanner.takeNull():
        guard let place = Int(exactly: try scanner.number()) else { throw MalformedJSON() }
        index = place
      case "logprobs": row = try TokenRow(&scanner)
      case "index": break
      default: try scanner.skip()
      }
    }
    return (index, row)
  }
}
