package import Experiment

/// How losses under one served model are read: one method bound to one model.
package protocol LossReader: Sendable {
  /// What losses say they were read by.
  var name: String { get }

  /// Asks for the losses of examples, at most as many as a request may hold, as directly as it can.
  ///
  /// - Returns: One answer an example, in order.
  /// - Throws: `HostError` when the request failed, whoever may be at fault; `CancellationError`.
  func ask(_ examples: [Example], _ mode: ReadingMode) async throws -> [RowAnswer]
}

/// How the requests of one reading are to be treated.
package struct ReadingMode: Sendable, Hashable {
  /// `score` to be answered from what is recorded, `read` to be asked anew.
  package var purpose: Call.Purpose
  /// 1, or 2 for a second reading.
  package var round: Int

  package init(_ purpose: Call.Purpose = .score, round: Int = 1) {
    self.purpose = purpose
    self.round = round
  }
}

/// What a number must be to be a log-probability.
enum LogProbability {
  /// Whether a number is above zero, and not by rounding alone.
  static func isAboveZero(_ value: Double) -> Bool { value > 0.01 }

  /// Why a number above zero is no loss.
  static func aboveZero(_ value: Double) -> String { "log-probability \(value) above zero" }
}

extension LossReader {
  /// Why a completion that nothing precedes has no loss.
  static var nothingBefore: String { "empty prompt: nothing precedes the completion" }

  /// A loss that could not be read.
  func missing(_ reason: String) -> LossReading {
    .missing(reason: "\(name): \(reason)")
  }

  /// The loss that a completion's log-probabilities add up to; missing if one of them is none.
  ///
  /// - Parameters:
  ///   - values: Log-probability of each token in nats; NaN for one that the host left out.
  ///   - mark: What the loss's method says besides this one's name.
  /// - Returns: Their negative sum in the order given.
  func read(_ values: some Collection<Double>, mark: String = "") -> LossReading {
    if values.isEmpty { return missing("no token of its own") }
    var sum = 0.0
    var tokens: [Float] = []
    tokens.reserveCapacity(values.count)
    for value in values {
      if value.isNaN { return missing("null log-probability") }
      // -9999 (OpenAI, vLLM) and -99999 (Tinker) stand for "no value", as -inf does.
      if value <= -9000 { return missing("sentinel log-probability \(value)") }
      if LogProbability.isAboveZero(value) { return missing(LogProbability.aboveZero(value)) }
      sum -= value
      tokens.append(Float(value))
    }
    return LossReading(
      loss: .measured(sum),
      tokens: tokens.count,
      tokenLogProbabilities: tokens,
      method: name + mark
    )
  }
}

/// A reader that asks for one example after the other.
protocol SingleReader: LossReader {
  /// Asks for one example, in as many requests as it takes.
  func ask(_ example: Example, _ mode: ReadingMode) async throws -> LossReading
}

extension SingleReader {
  /// Asks for each; a fault where its requests failed.
  func ask(_ examples: [Example], _ mode: ReadingMode) async throws -> [RowAnswer] {
    var answers: [RowAnswer] = []
    for example in examples {
      do {
        answers.append(.success(try await ask(example, mode)))
      } catch let error as HostError {
        answers.append(.failure(RowFault(error)))
      }
    }
    return answers
  }
}

/// A reader that sends the server's own token ids.
protocol TokenReader: LossReader {
  var endpoint: ScoringEndpoint { get }

  /// Asks for texts that have ids, by one request.
  func ask(_ texts: [PromptedTokens], _ mode: ReadingMode) async throws -> [RowAnswer]
}

extension TokenReader {
  /// Asks by token ids for all examples at once that have some.
  ///
  /// - Returns: One answer an example; a fault where the server refused to tokenise it.
  func byIDs(
    _ examples: [Example],
    _ tokenizer: ServerTokenizer,
    _ mode: ReadingMode
  ) async throws -> [RowAnswer] {
    var answers = [RowAnswer](repeating: .success(missing("not asked")), count: examples.count)
    var asked: [(place: Int, text: PromptedTokens)] = []
    for (place, example) in examples.enumerated() {
      guard tokenizer.takes(example) else {
        answers[place] = .success(missing(HostError.callsTools.message))
        continue
      }
      do {
        let text = try await endpoint.tokens(of: example, tokenizer, for: name)
        if text.prompt.isEmpty {
          answers[place] = .success(missing(Self.nothingBefore))
        } else {
          asked.append((place, text))
        }
      } catch let error as HostError where !error.isBeyondRows {
        answers[place] = .failure(RowFault(error))
      }
    }
    if asked.isEmpty { return answers }
    for (place, answer) in zip(asked.map(\.place), try await ask(asked.map(\.text), mode)) {
      answers[place] = answer
    }
    return answers
  }
}

extension Example {
  /// UTF-8 bytes of everything that is sent of it.
  var size: Int {
    switch prompt {
    case .text(let text): text.utf8.count + completion.utf8.count
    case .chat(let messages):
      messages.reduce(completion.utf8.count) { $0 + $1.content.utf8.count + 8 }
    }
  }
}
