import Experiment

/// Prices by `/completions` with `echo` and `logprobs`.
///
/// Texts go as they are, with the completion found by spelling; chats, and texts whose tokens
/// straddle the boundary, go as token ids where the server has a tokeniser.
struct EchoPricing: Pricing {
  let name = ScoringMethod.echo.rawValue
  private let endpoint: ScoringEndpoint
  private let model: ServedModel
  private let template: RequestTemplate
  private let generated: Int

  /// Binds the method to a model.
  init(_ endpoint: ScoringEndpoint, _ model: ServedModel) {
    self.endpoint = endpoint
    self.model = model
    generated = endpoint.profile.echoMaxTokens ?? 1
    template = RequestTemplate(
      endpoint.members(
        of: model,
        ["echo": true, "logprobs": 1, "max_tokens": .number(Double(generated))]
      ),
      lacking: "prompt"
    )
  }

  func price(_ examples: [Example], _ question: Question) async throws -> [Price] {
    var prices: [Price?] = Array(repeating: nil, count: examples.count)
    var plain: [(place: Int, passage: Passage)] = []
    var tokenised: [Int] = []
    for (place, example) in examples.enumerated() {
      if example.completion.isEmpty {
        prices[place] = missing("empty completion")
      } else if case .text(let prompt) = example.prompt {
        plain.append((place, Passage(prompt: prompt, completion: example.completion)))
      } else {
        guard endpoint.tokenizer?.rendersChats == true else {
          throw endpoint.chatUnsupported(name)
        }
        tokenised.append(place)
      }
    }
    let read = try await settle(plain.map(\.passage)) { try await ask($0, question) }
    for (place, price) in zip(plain.map(\.place), read) {
      // What spelling cannot tell, ids can.
      if price.loss == .missing, endpoint.tokenizer != nil, Self.isSpelling(price, name) {
        tokenised.append(place)
      } else {
        prices[place] = price
      }
    }
    if let tokenizer = endpoint.tokenizer, !tokenised.isEmpty {
      var passages: [TokenPassage] = []
      for place in tokenised { passages.append(try await tokenizer.passage(of: examples[place])) }
      let read = try await settle(passages) { try await ask($0, question) }
      for (place, price) in zip(tokenised, read) { prices[place] = price }
    }
    return prices.map { $0 ?? missing("not asked") }
  }

  private static let merged = "merged boundary"
  private static let misaligned = "tokens do not spell the text"

  private static func isSpelling(_ price: Price, _ name: String) -> Bool {
    price.method == "\(name): \(merged)" || price.method == "\(name): \(misaligned)"
  }

  private func ask(_ passages: [Passage], _ question: Question) async throws -> [Price] {
    let size = passages.reduce(0) { $0 + $1.bytes.count }
    let body = template.body(size: size) { bytes in
      if passages.count == 1 {
        RequestTemplate.append(text: passages[0].bytes, to: &bytes)
      } else {
        RequestTemplate.append(list: passages, to: &bytes) {
          RequestTemplate.append(text: $0.bytes, to: &$1)
        }
      }
    }
    let rows = try await rows(body, question, size: size, count: passages.count)
    var prices: [Price] = []
    prices.reserveCapacity(passages.count)
    for (row, passage) in zip(rows, passages) { prices.append(try price(row, passage)) }
    return prices
  }

  /// The price of one text by its row.
  ///
  /// - Parameters:
  ///   - row: What the host returned.
  ///   - passage: What was sent.
  /// - Returns: The price, or why there is none.
  /// - Throws: `HostError` of code `unsupported` when the host did not echo.
  func price(_ row: TokenRow, _ passage: Passage) throws(HostError) -> Price {
    switch Alignment(row, passage, hasTail: generated > 0) {
    case .target(let range): return price(row.values[range])
    case .truncated: return missing("truncated")
    case .merged: return missing(Self.merged)
    case .misaligned: return missing(Self.misaligned)
    case .ignored: throw echoIgnored
    }
  }

  private func ask(_ passages: [TokenPassage], _ question: Question) async throws -> [Price] {
    let ids = passages.map(\.all)
    let count = ids.reduce(0) { $0 + $1.count }
    let body = template.body(size: count * 6) { bytes in
      if ids.count == 1 {
        RequestTemplate.append(ids: ids[0], to: &bytes)
      } else {
        RequestTemplate.append(list: ids, to: &bytes) { RequestTemplate.append(ids: $0, to: &$1) }
      }
    }
    let rows = try await rows(body, question, size: count * 4, count: passages.count)
    return try zip(rows, passages).map { row, passage in
      let sent = passage.prompt.count + passage.target.count
      // A generated token may be left out of the list when it ends the text.
      guard (sent...(sent + generated)).contains(row.count) else {
        if row.count <= generated { throw echoIgnored }
        return missing("\(row.count) tokens returned for \(sent)")
      }
      if passage.prompt.isEmpty { return missing("nothing precedes the completion") }
      return price(row.values[passage.prompt.count..<sent], mark: passage.mark)
    }
  }

  private var echoIgnored: HostError {
    HostError(
      .unsupported,
      "\(endpoint.host.name) did not echo the prompt of '\(model.name)': its log-probabilities are "
        + "of other tokens"
    )
  }

  private func rows(
    _ body: [UInt8],
    _ question: Question,
    size: Int,
    count: Int
  ) async throws -> [TokenRow] {
    let (call, reply) = try await endpoint.post("/completions", body, question, bytes: size)
    let parsed: EchoReply
    do {
      parsed = try EchoReply(reply.body)
    } catch {
      throw HostError(
        .notUnderstood,
        "\(endpoint.host.asked(call)) answered something that is no list of completions: "
          + HostError.excerpt(reply.body)
      )
    }
    try endpoint.check(parsed.model, is: model)
    guard parsed.rows.count == count else {
      throw HostError(
        .notUnderstood,
        "\(endpoint.host.asked(call)) answered \(parsed.rows.count) choices for \(count) prompts"
      )
    }
    return parsed.rows
  }
}
