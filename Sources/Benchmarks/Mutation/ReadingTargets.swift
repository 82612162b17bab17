import Experiment
import Hosts

/// A reader of losses, held against a slow reading of the very replies it got.
struct ReadingTarget: Sendable {
  let method: ScoringMethod
  let tokenizer: Tokenizer?
  let examples: [Example]
  let damagesTokenizer: Bool

  /// What an independent reading takes from replies for an example: the sums that would be right; `nil`
  /// where it cannot tell.
  let expected: @Sendable (_ replies: [[UInt8]], _ place: Int) -> [Double]?

  /// Reads losses of the examples by damaged replies.
  ///
  /// - Returns: The replies, and what is wrong with a loss, or `nil`.
  func run(_ mutator: Mutator) async -> (replies: [[UInt8]], finding: String?) {
    let host = Imitation(mutator, damagesTokenizer: damagesTokenizer)
    let finding = await finding(host)
    return (host.replies, finding)
  }

  private func finding(_ host: Imitation) async -> String? {
    var profile = ScoringProfile(by: method)
    profile.batch = examples.count
    profile.tokenizer = tokenizer
    let endpoint = ScoringEndpoint(host: host, profile: profile, baseURL: nil)
    guard
      let reader = try? await endpoint.reader(by: method, of: ServedModel(name: "m")),
      let readings = try? await reader.read(examples, ReadingMode())
    else { return nil }
    if readings.count != examples.count { return "\(readings.count) losses for \(examples.count)" }
    for (place, reading) in readings.enumerated() {
      if let value = reading.loss?.value, !value.isFinite || value < -0.011 * Double(reading.tokens)
      {
        return "loss \(value) of \(reading.tokens) tokens"
      }
      guard case .measured(let sum) = reading.loss else { continue }
      guard let right = expected(host.replies, place) else { continue }
      if !right.contains(where: { abs($0 - sum) <= 1e-9 * max(1, abs(sum)) }) {
        return "example \(place): \(sum), a slow reading gives \(right)"
      }
    }
    return nil
  }

  // MARK: All of them

  private static let texts = [
    Example(id: "a", prompt: .text("The capital of France"), completion: " is Paris"),
    Example(id: "b", prompt: .text("Caf\u{e9} na\u{EF}ve"), completion: " \u{1F600} ok \u{65E5}"),
    Example(id: "c", prompt: .text("K"), completion: " a \"b\" \\ c\n"),
  ]
  private static let chats = [
    Example(
      id: "a",
      prompt: .chat([
        Message(role: "system", content: "be kind"), Message(role: "user", content: "hi you"),
      ]),
      completion: "hello there"
    ),
    Example(id: "b", prompt: .chat([Message(role: "user", content: "go")]), completion: "no"),
  ]
  private static let short = [Example(id: "a", prompt: .text("Where?"), completion: "Paris is")]

  /// The readers by name.
  static let all: [(name: String, target: ReadingTarget)] = [
    (
      "echo",
      ReadingTarget(method: .echo, tokenizer: nil, examples: texts, damagesTokenizer: false) {
        SlowReading(replies: $0, count: texts.count).echo(texts[$1], at: $1)
      }
    ),
    (
      "echo-ids",
      ReadingTarget(method: .echo, tokenizer: .vllm, examples: chats, damagesTokenizer: false) {
        SlowReading(replies: $0, count: chats.count).echoByIDs(chats[$1], at: $1)
      }
    ),
    (
      "prompt-logprobs",
      ReadingTarget(
        method: .promptLogProbabilities,
        tokenizer: .vllm,
        examples: texts + chats,
        damagesTokenizer: false
      ) {
        SlowReading(replies: $0, count: 5).promptLogProbabilities((texts + chats)[$1], at: $1)
      }
    ),
    (
      "sglang",
      ReadingTarget(method: .sglang, tokenizer: .sglang, examples: texts, damagesTokenizer: false) {
        SlowReading(replies: $0, count: texts.count).sglang(texts[$1], at: $1)
      }
    ),
    (
      "tgi",
      ReadingTarget(method: .tgi, tokenizer: nil, examples: [texts[0]], damagesTokenizer: false) {
        SlowReading(replies: $0, count: 1).tgi(texts[$1])
      }
    ),
    (
      "token-walk",
      ReadingTarget(
        method: .tokenWalk,
        tokenizer: .vllm,
        examples: [texts[0]],
        damagesTokenizer: false
      ) { replies, place in SlowReading(replies: replies, count: 1).tokenWalk(texts[place]) }
    ),
    (
      "generated-path",
      ReadingTarget(
        method: .generatedPath,
        tokenizer: nil,
        examples: short,
        damagesTokenizer: false
      ) { replies, place in SlowReading(replies: replies, count: 1).path(short[place]) }
    ),
    (
      "first-token",
      ReadingTarget(
        method: .firstToken,
        tokenizer: nil,
        examples: [Example(id: "a", prompt: chats[1].prompt, completion: "Paris")],
        damagesTokenizer: false
      ) { replies, _ in
        SlowReading(replies: replies, count: 1)
          .path(Example(id: "a", prompt: chats[1].prompt, completion: "Paris"))
      }
    ),
    (
      "tokenizer",
      ReadingTarget(
        method: .promptLogProbabilities,
        tokenizer: .vllm,
        examples: [texts[0], chats[0]],
        damagesTokenizer: true
      ) { _, _ in nil }
    ),
    (
      "tokenizer-llama.cpp",
      ReadingTarget(
        method: .tokenWalk,
        tokenizer: .llamaCpp,
        examples: [texts[0], chats[1]],
        damagesTokenizer: true
      ) { _, _ in nil }
    ),
  ]
}

/// Losses by the book, from replies as they were sent.
private struct SlowReading {
  let replies: [[UInt8]]
  /// Examples that were asked for together.
  let count: Int

  /// The last reply as a document; an empty list of sums where it is no JSON, `nil` where nobody can tell.
  private func last(isLenient: Bool = false, _ read: (PlainJSON) -> [Double]?) -> [Double]? {
    // Several replies: the batch was refused and asked for one by one.
    guard replies.count == 1, let reply = replies.last else { return nil }
    return switch PlainJSON.read(reply, isLenient: isLenient) {
    case .value(let document): read(document)
    case .malformed: []
    case .tooDeep: nil
    }
  }

  /// Their negative sum, where each is a log-probability.
  private func sum(_ values: some Collection<Double?>) -> [Double] {
    let numbers = values.compactMap { $0 }
    guard !values.isEmpty, numbers.count == values.count,
      numbers.allSatisfy({ $0 > -9000 && $0 <= 0.01 })
    else { return [] }
    return [numbers.reduce(0) { $0 - $1 }]
  }

  private func sorted(_ list: PlainJSON?) -> [PlainJSON] {
    (list?.array ?? []).enumerated().sorted {
      ($0.element["index"]?.number ?? Double($0.offset), $0.offset)
        < ($1.element["index"]?.number ?? Double($1.offset), $1.offset)
    }.map(\.element)
  }

  /// Tokens and values of one text; `nil` where the reply says it in two ways.
  private func row(_ document: PlainJSON, at place: Int) -> [(text: [UInt8], value: Double?)]? {
    // Together's list beside the choices is another way to say the same.
    if document["prompt"]?.array != nil { return nil }
    let choices = sorted(document["choices"])
    guard choices.indices.contains(place) else { return [] }
    let logprobs = choices[place]["logprobs"]
    let isDoubled: Bool =
      if case .object(let members)? = logprobs {
        Set(members.map(\.key)).count < members.count
      } else {
        false
      }
    if logprobs?["content"] != nil || isDoubled { return nil }
    let (tokens, values) = (
      logprobs?["tokens"]?.array ?? [], logprobs?["token_logprobs"]?.array ?? []
    )
    return zip(tokens, values).map { ($0.text ?? [], $1.number) }
  }

  func echo(_ example: Example, at place: Int) -> [Double]? {
    guard case .text(let prompt) = example.prompt else { return nil }
    return last(isLenient: true) { document in
      guard let row = row(document, at: place) else { return nil }
      // Parts of characters have no spelling to go by.
      if row.contains(where: { $0.text.isEmpty || $0.text.contains(0xEF) }) { return nil }
      return spelled(row, prompt, example.completion)
    }
  }

  /// The sums of rows that spell prompt and completion, behind up to two special tokens.
  private func spelled(
    _ row: [(text: [UInt8], value: Double?)],
    _ prompt: String,
    _ completion: String
  ) -> [Double] {
    var boundary = prompt.utf8.count
    let text = Array((prompt + completion).utf8)
    while boundary > 0, text[boundary - 1] == 0x20 { boundary -= 1 }
    return (0...2).flatMap { skipped -> [Double] in
      var cursor = 0
      var values: [Double?] = []
      for token in row.dropFirst(skipped) where cursor < text.count {
        guard text[cursor...].starts(with: token.text) else { return [] }
        if cursor >= boundary { values.append(token.value) }
        if cursor < boundary, cursor + token.text.count > boundary { return [] }
        cursor += token.text.count
      }
      return cursor == text.count ? sum(values) : []
    }
  }

  func echoByIDs(_ example: Example, at place: Int) -> [Double]? {
    let ids = Imitation.ids(of: example)
    return last(isLenient: true) { document in
      guard let row = row(document, at: place) else { return nil }
      let values = row.dropFirst(ids.prompt.count).prefix(ids.target.count).map(\.value)
      return values.count == ids.target.count ? sum(values) : []
    }
  }

  func promptLogProbabilities(_ example: Example, at place: Int) -> [Double]? {
    let ids = Imitation.ids(of: example)
    return last { document in
      let choices = sorted(document["choices"])
      guard choices.indices.contains(place),
        let entries = choices[place]["prompt_logprobs"]?.array
      else { return [] }
      guard entries.count == ids.prompt.count + ids.target.count else { return [] }
      return sum(
        zip(entries.suffix(ids.target.count), ids.target).map { $0["\($1)"]?["logprob"]?.number }
      )
    }
  }

  func sglang(_ example: Example, at place: Int) -> [Double]? {
    let target = Imitation.ids(of: example).target
    return last { document in
      let answers = document.array ?? [document]
      guard answers.indices.contains(place),
        let entries = answers[place]["meta_info"]?["input_token_logprobs"]?.array
      else { return [] }
      let own = entries.suffix(target.count)
      guard own.count == target.count, zip(own, target).allSatisfy({ $0[1]?.number == Double($1) })
      else { return [] }
      return sum(own.map { $0[0]?.number })
    }
  }

  func tgi(_ example: Example) -> [Double]? {
    guard case .text(let prompt) = example.prompt else { return nil }
    return last { document in
      let entries = (document[0] ?? document)["details"]?["prefill"]?.array ?? []
      let row = entries.map { (text: $0["text"]?.text ?? [], value: $0["logprob"]?.number) }
      if row.contains(where: { $0.text.isEmpty || $0.text.contains(0xEF) }) { return nil }
      return spelled(row, prompt, example.completion)
    }
  }

  func tokenWalk(_ example: Example) -> [Double]? {
    let target = Imitation.ids(of: example).target
    guard replies.count >= target.count else { return [] }
    var sums = [0.0]
    for (reply, id) in zip(replies.suffix(target.count), target) {
      switch PlainJSON.read(reply) {
      case .tooDeep: return nil
      case .malformed: return []
      case .value(let document):
        let first = document["completion_probabilities"]?[0]
        let entries = [first].compactMap { $0 } + (first?["top_logprobs"]?.array ?? [])
        let own = entries.filter { $0["id"]?.number == Double(id) }
        sums = own.flatMap { entry in sum([entry["logprob"]?.number]) }
          .flatMap { value in sums.map { $0 + value } }
      }
    }
    return sums
  }

  func path(_ example: Example) -> [Double]? {
    last { document in
      let logprobs = document["choices"]?[0]?["logprobs"]
      guard let content = logprobs?["content"]?.array else { return nil }
      func bytes(_ token: PlainJSON) -> [UInt8]? {
        token["bytes"]?.array.map { $0.compactMap { $0.number.flatMap { UInt8(exactly: $0) } } }
          ?? token["token"]?.text
      }
      // Every way to spell the completion by tokens listed at its places.
      var open: [(rest: ArraySlice<UInt8>, sum: Double)] = [
        (Array(example.completion.utf8)[...], 0)
      ]
      var sums: [Double] = []
      for place in content {
        var next: [(rest: ArraySlice<UInt8>, sum: Double)] = []
        for entry in [place] + (place["top_logprobs"]?.array ?? []) {
          guard let token = bytes(entry), !token.isEmpty else { continue }
          for way in open where way.rest.starts(with: token) {
            for value in sum([entry["logprob"]?.number]) {
              next.append((way.rest.dropFirst(token.count), way.sum + value))
            }
          }
        }
        sums += next.filter(\.rest.isEmpty).map(\.sum)
        open = next
      }
      return sums
    }
  }
}
