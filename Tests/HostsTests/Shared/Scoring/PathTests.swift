import Experiment
import Testing

@testable import Hosts

@Suite struct `reading losses by lists of likely tokens` {
  private func read(
    _ reply: String,
    _ example: Example,
    _ method: ScoringMethod = .firstToken
  ) async throws -> LossReading {
    try await ScriptedHost { _, _ in reply }.reader(method).read(example)
  }

  @Test func `is exact for a completion that is one listed token`() async throws {
    let reading = try await read(Recorded.vllmChat, .chat("Which planet?", "Which"))
    #expect(reading.loss.isMeasured(5.114534378051758))
    #expect(reading.tokens == 1)
    #expect(reading.source == "first-token")
  }

  @Test func `is censored at the last listed value for a token outside the list`() async throws {
    let reading = try await read(
      #"""
      {"choices":[{"logprobs":{"content":[{"token":"A","logprob":-0.5,"bytes":[65],"top_logprobs":[
      {"token":"A","logprob":-0.5,"bytes":[65]},{"token":"B","logprob":-2.0,"bytes":[66]}]}]}}]}
      """#,
      .chat("?", "C")
    )
    // Left beside the listed ones: 1 - 0.606531 - 0.135335 = 0.258134; log is -1.35 > -2.
    #expect(reading.loss.isCensored(2.0))
  }

  @Test func `is censored at what is left beside the listed tokens when that is tighter`()
    async throws
  {
    let reading = try await read(
      #"""
      {"choices":[{"logprobs":{"content":[{"token":"A","logprob":-0.6931471805599453,
      "top_logprobs":[{"token":"A","logprob":-0.6931471805599453,"bytes":null},
      {"token":"B","logprob":-0.7133498878774648,"bytes":null}]}]}}]}
      """#,
      .chat("?", "C")
    )
    // 1 - 0.5 - 0.49 = 0.01.
    guard case .censored(let bound) = reading.loss else { throw CancellationError() }
    #expect(abs(bound - 4.605170185988091) < 1e-9)
  }

  @Test func `is censored for longer completions at their first token`() async throws {
    let reading = try await read(Recorded.vllmChat, .chat("Which planet?", "Question: what"))
    #expect(reading.loss.isCensored(0.20828425884246826))
  }

  @Test func `does not take a token with a space for one without`() async throws {
    let reading = try await read(Recorded.vllmChat, .chat("Which planet?", " Which"))
    guard case .censored = reading.loss else {
      Issue.record("\(reading)")
      return
    }
  }

  @Test func `follows the path that the model writes by itself`() async throws {
    let whole = try await read(Recorded.vllmChat, .chat("?", "Question:"), .generatedPath)
    #expect(whole.loss.isMeasured(0.20828425884246826 + 0.05134904757142067))
    #expect(whole.tokens == 2)
    let aside = try await read(Recorded.vllmChat, .chat("?", "Question\n"), .generatedPath)
    #expect(aside.loss.isMeasured(0.20828425884246826 + 6.11384916305542))
    let gone = try await read(Recorded.vllmChat, .chat("?", "Question!"), .generatedPath)
    // Smallest listed 6.6138; left beside the five: 1 - 0.98… = e^-4.2….
    #expect(gone.loss.isCensored(0.20828425884246826 + 6.61384916305542))
    let unfinished = try await read(Recorded.vllmChat, .chat("?", "Question: A"), .generatedPath)
    #expect(unfinished.loss.isCensored(0.20828425884246826 + 0.05134904757142067))
  }

  @Test func `reads completions' lists side by side`() async throws {
    let host = ScriptedHost { _, _ in
      #"""
      {"choices":[{"text":" B","logprobs":{"tokens":[" B"],"token_logprobs":[-0.1],
      "top_logprobs":[{" B":-0.1," A":-2.5}]}}]}
      """#
    }
    let reading = try await host.reader(.firstToken).read(.plain("2+2? ", "A"))
    #expect(reading.loss.isMeasured(2.5))
    #expect(host.calls[0].path == "/completions")
    #expect(host.bodies[0]["prompt"] == "2+2?")
  }

  @Test(arguments: [
    (#"{"finish_reason":"content_filter"}"#, "content filter"),
    (#"{"message":{"refusal":"I cannot"},"logprobs":{"content":[]}}"#, "refusal"),
    (#"{"logprobs":null}"#, "no log-probabilities returned"),
    (#"{"logprobs":{"content":[]}}"#, "no log-probabilities returned"),
  ])
  func `makes refused and empty replies missing`(choice: String, reason: String) async throws {
    let reading = try await read(#"{"choices":[\#(choice)]}"#, .chat("?", "A"))
    #expect(reading.loss == nil)
    #expect(reading.source == "first-token: \(reason)")
  }

  @Test(arguments: [
    (#"{" B":0.7}"#, "0.7", " A", "log-probability 0.7 above zero"),
    (#"{" A":-0.5," B":0.3}"#, "-0.5", " A", "log-probability 0.3 above zero"),
    (#"{" A":-0.1," B":-0.1}"#, "-0.1", " C", "probabilities of the listed tokens add up to 1.8"),
    (#"{" A":NaN}"#, "NaN", " A", "null log-probability"),
  ])
  func `concludes nothing from values that are no log-probabilities`(
    listed: String,
    chosen: String,
    completion: String,
    reason: String
  ) async throws {
    for method in [ScoringMethod.firstToken, .generatedPath] {
      let reading = try await read(
        #"""
        {"choices":[{"logprobs":{"tokens":[" B"],"token_logprobs":[\#(chosen)],
        "top_logprobs":[\#(listed)]}}]}
        """#,
        .plain("2+2?", completion),
        method
      )
      #expect(reading.loss == nil)
      #expect(reading.source.hasPrefix("\(method.name): \(reason)"), "\(reading.source)")
    }
  }

  @Test func `forgives what rounding puts above zero or one`() async throws {
    let reading = try await read(
      #"""
      {"choices":[{"logprobs":{"tokens":[" B"],"token_logprobs":[0.0004],
      "top_logprobs":[{" B":0.0004," A":-7.5}]}}]}
      """#,
      .plain("2+2?", " A")
    )
    #expect(reading.loss.isMeasured(7.5))
  }

  @Test func `tells listed tokens apart by bytes`() async throws {
    let composed = "m\u{1ED9}t"
    let apart = "mo\u{323}\u{302}t"
    for listed in [
      #""\#(composed)":-0.2,"\#(apart)":-6"#, #""\#(apart)":-6,"\#(composed)":-0.2"#,
    ] {
      for (completion, loss) in [(composed, 0.2), (apart, 6)] {
        let reading = try await read(
          #"""
          {"choices":[{"logprobs":{"tokens":["\#(composed)"],"token_logprobs":[-0.2],
          "top_logprobs":[{\#(listed)}]}}]}
          """#,
          .plain("one?", completion)
        )
        #expect(reading.loss.isMeasured(loss))
      }
    }
  }

  @Test func `takes neither of two tokens that are spelt alike for the completion's`()
    async throws
  {
    let lists = [
      #""tokens":["A"],"token_logprobs":[-0.5],"top_logprobs":[{"B":-2,"A":-0.5,"B":-3}]"#,
      #""content":[{"token":"A","logprob":-0.5,"top_logprobs":[{"token":"B","logprob":-2},"#
        + #"{"token":"A","logprob":-0.5},{"token":"B","logprob":-3}]}]"#,
    ]
    for list in lists {
      let reply = #"{"choices":[{"logprobs":{\#(list)}}]}"#
      #expect(try await read(reply, .plain("?", "B")).loss.isCensored(2))
      #expect(try await read(reply, .plain("?", "A")).loss.isMeasured(0.5))
    }
  }

  @Test func `says that a host has no place for plain prompts`() async throws {
    let host = ScriptedHost { _, _ in "" }
    let profile = ScoringProfile(methods: [.firstToken], chatOnly: true)
    let reader = try await host.reader(.firstToken, profile)
    await #expect {
      try await reader.read(.plain("a", "b"))
    } throws: { "\($0)".contains("write the examples as messages") }
  }
}
