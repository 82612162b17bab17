import Experiment

/// Losses by `/completions` with `echo` and `logprobs`.
///
/// Texts go as they are, with the completion found by spelling; chats, and texts whose tokens
/// straddle the boundary, go as token ids where the server has a tokeniser.
struct EchoReader: TokenReader {
  let name = ScoringMethod.echo.name
  let endpoint: ScoringEndpoint
  private let model: ServedModel
  private let template: RequestTemplate
  private let generated: Int

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

  func ask(_ examples: [Example], _ mode: ReadingMode) async throws -> [RowAnswer] {
    var answers: [RowAnswer?] = Array(repeating: nil, count: examples.count)
    var plain: [(place: Int, text: PromptedText)] = []
    var tokenised: [Int] = []
    for (place, example) in examples.enumerated() {
      if example.completion.isEmpty {
        answers[place] = .success(missing("empty completion"))
      } else if case .text(let prompt) = example.prompt {
        plain.append((place, PromptedText(prompt: prompt, completion: example.completion)))
      } else {
        guard endpoint.tokenizer?.rendersChats == true else {
          throw endpoint.chatUnsupported(name)
        }
        tokenised.append(place)
      }
    }
    if !plain.isEmpty {
      let read = try await ask(plain.map(\.text), mode)
      for (place, read) in zip(plain.map(\.place), read) {
        answers[place] = read.answer
        // What spelling cannot tell, ids can.
        if endpoint.tokenizer != nil, read.isUnclear { tokenised.append(place) }
      }
    }
    if let tokenizer = endpoint.tokenizer, !tokenised.isEmpty {
      let read = try await byIDs(tokenised.map { examples[$0] }, tokenizer, mode)
      for (place, answer) in zip(tokenised, read) { answers[place] = answer }
    }
    return answers.map { $0 ?? .success(missing("not asked")) }
  }

  /// What a text came to, and whether its tokens do not tell by their spelling where the completion is.
  private typealias SpelledAnswer = (answer: RowAnswer, isUnclear: Bool)

  private func ask(_ texts: [PromptedText], _ mode: ReadingMode) async throws -> [SpelledAnswer] {
    let size = texts.reduce(0) { $0 + $1.bytes.count }
    let body = template.body(size: size) { bytes in
      if texts.count == 1 {
        RequestTemplate.append(text: texts[0].bytes, to: &bytes)
      } else {
        RequestTemplate.append(list: texts, to: &bytes) {
          RequestTemplate.append(text: $0.bytes, to: &$1)
        }
      }
    }
    let rows = try await rows(body, mode, size: size, count: texts.count)
    return zip(rows, texts).map { row, text in answer(row, text) }
  }

  /// What one text comes to by its row: its loss, or why there is none.
  ///
  /// That nothing of the text came back says that the host does not echo only if it is so for other
  /// rows, too.
  private func answer(_ row: TokenRow, _ text: PromptedText) -> SpelledAnswer {
    let alignment = Alignment.read(row, text, hasTail: generated > 0)
    return switch alignment {
    case .target(let range): (.success(read(row.values[range])), false)
    case .ignored: (.failure(ignored(row)), true)
    case .truncated: (.success(missing(alignment.reason)), false)
    case .merged, .misaligned: (.success(missing(alignment.reason)), true)
    }
  }

  func ask(_ texts: [PromptedTokens], _ mode: ReadingMode) async throws -> [RowAnswer] {
    let ids = texts.map(\.all)
    let count = ids.reduce(0) { $0 + $1.count }
    let body = template.body(size: count * 6) { bytes in
      if ids.count == 1 {
        RequestTemplate.append(ids: ids[0], to: &bytes)
      } else {
        RequestTemplate.append(list: ids, to: &bytes) { RequestTemplate.append(ids: $0, to: &$1) }
      }
    }
    let rows = try await rows(body, mode, size: count * 4, count: texts.count)
    return zip(rows, texts).map { row, text in
      let sent = text.prompt.count + text.target.count
      // A generated token may be left out of the list when it ends the text.
      guard (sent...(sent + generated)).contains(row.count) else {
        let reason = "\(row.count) tokens returned for \(sent)"
        return row.count <= generated ? .failure(ignored(row)) : .success(missing(reason))
      }
      return .success(read(row.values[text.prompt.count..<sent], mark: text.mark))
    }
  }

  private func ignored(_ row: TokenRow) -> RowFault {
    let (host, prompt) = (endpoint.host.name, "the prompt of '\(model.name)'")
    let (message, reason) =
      if row.count > generated {
        (
          "the tokens that \(host) returned for \(prompt) do not spell it",
          Alignment.misaligned.reason
        )
      } else if row.count == 0 {
        (
          "\(host) returned no log-probabilities for \(prompt)",
          "no log-probabilities returned"
        )
      } else {
        (
          "\(host) did not echo \(prompt): its log-probabilities are of other tokens",
          Alignment.ignored.reason
        )
      }
    return RowFault(HostError(.unsupported, message), reason: reason)
  }

  private func rows(
    _ body: [UInt8],
    _ mode: ReadingMode,
    size: Int,
    count: Int
  ) async throws -> [TokenRow] {
    let (call, reply) = try await endpoint.post("/completions", body, mode, bytes: size)
    let parsed: EchoReply
    do {
      parsed = try EchoReply(reply.body)
    } catch {
      throw endpoint.garbled(call, reply, "something that is no list of completions")
    }
    try endpoint.check(parsed.model, is: model)
    guard parsed.rows.count == count else {
      throw endpoint.garbled(call, reply, "\(parsed.rows.count) choices for \(count) prompts")
    }
    return parsed.rows
  }
}

extension ScoringMethod {
  /// `/completions` with `echo` and `logprobs`: the host returns the prompt's own log-probabilities.
  package static let echo = ScoringMethod("echo", takesLists: true) { EchoReader($0, $1) }
}
