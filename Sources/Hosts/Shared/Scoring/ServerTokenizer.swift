import Experiment
import Synchronization

/// A server's own tokeniser and chat template, asked once an example.
///
/// No model is named in its requests: models tuned from one base share it, and a replay finds the
/// same request whichever model comes first.
final class ServerTokenizer: Sendable {
  /// Ids kept at most, so that memory stays flat over millions of examples.
  private static let capacity = 4_000_000

  private struct Cache {
    var texts: [Digest: PromptedTokens] = [:]
    var ids = 0
    var turn: [Int]?
  }

  private let kind: Tokenizer
  private let host: any Host
  private let root: String
  private let cache = Mutex(Cache())

  /// Takes a server whose URL without `/v1` is the root; without one, paths are left as they are.
  init(_ kind: Tokenizer, host: any Host, root: String?) {
    self.kind = kind
    self.host = host
    self.root = root ?? ""
  }

  var rendersChats: Bool { kind.chats != .none }

  /// Whether an example can be tokenised: a call of tools has ids only as a part of its whole chat.
  func takes(_ example: Example) -> Bool { example.isText || kind.chats == .asTokens }

  /// Ids of an example, as far as they were asked for already.
  func known(_ example: Example) -> PromptedTokens? {
    let digest = Self.digest(example)
    return cache.withLock { $0.texts[digest] }
  }

  /// Ids of an example.
  ///
  /// The prompt's ids must begin the whole's; where they do not, because a token would straddle the
  /// boundary, both are tokenised apart and `mark` says `+joined`. Of a chat the first token after
  /// the answer, which ends the turn and is trained on too, is read (`+turn`), the rest is not.
  /// llama.cpp's template leaves the last turn open: no end of turn is read there.
  func tokens(of example: Example) async throws -> PromptedTokens {
    let digest = Self.digest(example)
    if let known = cache.withLock({ $0.texts[digest] }) { return known }
    guard takes(example) else { throw HostError.callsTools }
    let text =
      switch example.prompt {
      case .text(let prompt):
        try await plain(PromptedText(prompt: prompt, completion: example.completion))
      case .chat(let messages) where kind.chats == .asText:
        try await plain(
          PromptedText(
            prompt: try await template(messages, example.rendering),
            completion: example.completion
          )
        )
      case .chat(let messages): try await chat(messages, example)
      }
    cache.withLock { cache in
      let count = text.prompt.count + text.target.count
      if cache.ids + count > Self.capacity {
        cache.texts = [:]
        cache.ids = 0
      }
      if cache.texts.updateValue(text, forKey: digest) == nil { cache.ids += count }
    }
    return text
  }

  private static func digest(_ example: Example) -> Digest {
    var digest = Digest()
    example.update(&digest)
    return digest
  }

  private func plain(_ prompted: PromptedText) async throws -> PromptedTokens {
    let prompt = try await ids(prompted.prompt)
    let all = try await ids(prompted.text)
    if all.starts(with: prompt) {
      return PromptedTokens(prompt: prompt, target: Array(all[prompt.count...]), mark: "")
    }
    let completion = try await ids(prompted.completion, special: false)
    return PromptedTokens(prompt: prompt, target: completion, mark: "+joined")
  }

  private func chat(_ messages: [Message], _ example: Example) async throws -> PromptedTokens {
    let rendering = example.rendering
    let answer = Message(
      role: "assistant",
      content: example.completion,
      json: rendering?.answer
    )
    let prompt = try await ids(messages, rendering, isOpen: true)
    let all = try await ids(messages + [answer], rendering, isOpen: false)
    let turn = try await endOfTurn()
    if all.starts(with: prompt) {
      let rest = all[prompt.count...]
      guard !turn.isEmpty, rest.count > turn.count, rest.suffix(turn.count).elementsEqual(turn)
      else { return PromptedTokens(prompt: prompt, target: Array(rest), mark: "+rest") }
      return PromptedTokens(
        prompt: prompt,
        target: Array(rest.dropLast(turn.count - 1)),
        mark: "+turn"
      )
    }
    guard example.isText else { throw HostError.callsTools }
    let completion = try await ids(example.completion, special: false)
    return PromptedTokens(
      prompt: prompt,
      target: completion + turn.prefix(1),
      mark: turn.isEmpty ? "+joined" : "+joined+turn"
    )
  }

  /// What the template puts after an answer: the common end of two chats that differ in it.
  private func endOfTurn() async throws -> [Int] {
    if let known = cache.withLock({ $0.turn }) { return known }
    let question = Message(role: "user", content: "Yes or no?")
    let first = try await ids(
      [question, Message(role: "assistant", content: "yes")],
      nil,
      isOpen: false
    )
    let second = try await ids(
      [question, Message(role: "assistant", content: "no")],
      nil,
      isOpen: false
    )
    let common = zip(first.reversed(), second.reversed()).prefix { $0 == $1 }.count
    let turn = Array(first.suffix(common))
    cache.withLock { $0.turn = turn }
    return turn
  }

  private func ids(_ text: String, special: Bool = true) async throws -> [Int] {
    try await ids(kind.text(text, special))
  }

  private func ids(
    _ messages: [Message],
    _ rendering: Rendering?,
    isOpen: Bool
  ) async throws -> [Int] {
    var body = rendering.members
    body["messages"] = messages.json
    body["add_generation_prompt"] = .bool(isOpen)
    return try await ids(body)
  }

  private func ids(_ body: [String: JSON]) async throws -> [Int] {
    let (call, document) = try await ask("/tokenize", .object(body))
    let ids = document["tokens"]?.array?.map(\.int)
    guard let ids, !ids.contains(nil) else {
      throw HostError(.notUnderstood, "\(host.asked(call)) answered without a list of token ids")
    }
    return ids.compactMap { $0 }
  }

  private func template(_ messages: [Message], _ rendering: Rendering?) async throws -> String {
    var body = rendering.members
    body["messages"] = messages.json
    let (call, document) = try await ask("/apply-template", .object(body))
    guard let prompt = document["prompt"]?.string else {
      throw HostError(.notUnderstood, "\(host.asked(call)) answered without a prompt")
    }
    return prompt
  }

  private func ask(_ path: String, _ body: JSON) async throws -> (Call, JSON) {
    let call = Call("POST", root + path, body: .json(body.bytes), purpose: .score)
    return (call, try await host.send(call).json(of: call))
  }
}

extension HostError {
  /// A completion that no text spells, asked of a server that takes texts.
  static let callsTools = HostError(
    .refused,
    "the completion calls tools, which only a server that renders whole chats can read"
  )
}

extension [Message] {
  /// The turns as hosts take them.
  var json: JSON {
    .array(
      map { message in
        guard let json = message.json else {
          return ["role": .string(message.role), "content": .string(message.content)]
        }
        return .verbatim([UInt8](json.utf8))
      }
    )
  }
}

extension Rendering? {
  /// What a request that renders turns says besides them.
  var members: [String: JSON] {
    var members: [String: JSON] = [:]
    members["tools"] = self?.tools.map { .verbatim([UInt8]($0.utf8)) }
    members["chat_template_kwargs"] = self?.arguments.map { .verbatim([UInt8]($0.utf8)) }
    return members
  }
}
