import Experiment

/// Losses by `/completions` with `echo` and `logprobs`.
///
/// Texts go as they are, with the completion found by spelling; chats, and texts whose tokens
/// straddle the boundary, go as token ids where the server has a tokeniser.
struct EchoReader: LossReader {
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

  func ask(_ examples: [Example], _ question: Question) async throws -> [RowAnswer] {
    var answers: [RowAnswer?] = Array(repeating: nil, count: examples.count)
    var plain: [(place: Int, passage: Passage)] = []
    var tokenised: [Int] = []
    for (place, example) in examples.enumerated() {
      if example.completion.isEmpty {
        answers[place] = .success(missing("empty completion"))
      } else if case .text(let prompt) = example.prompt {
        plain.append((place, Passage(prompt: prompt, completion: example.completion)))
      } else {
        guard endpoint.tokenizer?.rendersChats == true else {
          throw endpoint.chatUnsupported(name)
        }
        tokenised.append(place)
      }
    }
    if !plain.isEmpty {
      let read = try await ask(plain.map(\.passage), question)
      for (place, answer) in zip(plain.map(\.place), read) {
        answers[place] = answer
        // What spelling cannot tell, ids can.
        if endpoint.tokenizer != nil, isSpelling(answer) { tokenised.append(place) }
      }
    }
    if let tokenizer = endpoint.tokenizer, !tokenised.isEmpty {
      let read = try await byIDs(tokenised.map { examples[$0] }, tokenizer, endpoint) {
        try await ask($0, question)
      }
      for (place, answer) in zip(tokenised, read) { answers[place] = answer }
    }
    return answers.map { $0 ?? .success(missing("not asked")) }
  }

  private func isSpelling(_ answer: RowAnswer) -> Bool {
    guard case .success(let reading) = answer else { return true }
    return reading.loss == nil
      && [Alignment.merged, .misaligned].contains { reading.source == "\(name): \($0.reason)" }
  }

  private func ask(_ passages: [Passage], _ question: Question) async throws -> [RowAnswer] {
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
    var answers: [RowAnswer] = []
    answers.reserveCapacity(passages.count)
    for (row, passage) in zip(rows, passages) { answers.append(answer(row, passage)) }
    return answers
  }

  /// What one text comes to by its row: its loss, or why there is none.
  ///
  /// That nothing of the text came back says that the host does not echo only if it is so for other
  /// rows, too.
  private func answer(_ row: TokenRow, _ passage: Passage) -> RowAnswer {
    let alignment = Alignment.read(row, passage, hasTail: generated > 0)
    switch alignment {
    case .target(let range): return .success(read(row.values[range]))
    case .ignored: return .failure(ignored(row))
    case .truncated, .merged, .misaligned: return .success(missing(alignment.reason))
    }
  }

  private func ask(_ passages: [TokenPassage], _ question: Question) async throws -> [RowAnswer] {
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
    return zip(rows, passages).map { row, passage in
      let sent = passage.prompt.count + passage.target.count
      // A generated token may be left out of the list when it ends the text.
      guard (sent...(sent + generated)).contains(row.count) else {
        let reason = "\(row.count) tokens returned for \(sent)"
        return row.count <= generated ? .failure(ignored(row)) : .success(missing(reason))
      }
      return .success(read(row.values[passage.prompt.count..<sent], mark: passage.mark))
    }
  }

  private func ignored(_ row: TokenRow) -> RowFault {
    if row.count > generated {
      let message = "the tokens that \(endpoint.host.name) returned for the prompt of "
      return RowFault(
        HostError(.unsupported, message + "'\(model.name)' do not spell it"),
        reason: Alignment.misaligned.reason
      )
    }
    if row.count == 0 {
      let message = "\(endpoint.host.name) returned no log-probabilities for the prompt of "
      return RowFault(
        HostError(.unsupported, message + "'\(model.name)'"),
        reason: "no log-probabilities returned"
      )
    }
    return RowFault(
      HostError(
        .unsupported,
        "\(endpoint.host.name) did not echo the prompt of '\(model.name)': its log-probabilities "
          + "are of other tokens"
      ),
      reason: Alignment.ignored.reason
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
        "\(endpoint.host.asked(call)) answered \(parsed.rows.count) choices for \(count) prompts: "
          + HostError.excerpt(reply.body)
      )
    }
    return parsed.rows
  }
}
