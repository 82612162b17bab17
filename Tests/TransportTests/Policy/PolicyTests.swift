import Testing
import Transport

private let start = ContinuousClock.now

private func reply(
  _ status: Int,
  _ fields: KeyValuePairs<String, String> = [:],
  _ body: String = ""
)
  -> HTTPResponse
{
  HTTPResponse(status: status, fields: HTTPFields(fields), body: Array(body.utf8))
}

extension RetrySchedule {
  fileprivate mutating func replied(
    _ response: HTTPResponse,
    after time: Duration = .zero,
    random: Double = 0
  ) -> Decision {
    replied(
      response,
      Self.verdict(response),
      now: start + time,
      wallClock: 784_111_700,
      random: random
    )
  }
}

@Suite struct `the retry schedule` {
  @Test(arguments: [
    (200, "", RetrySchedule.Verdict.final), (400, "", .final), (401, "", .final),
    (404, "", .final), (409, "", .final), (409, "resource is locked", .retry), (413, "", .final),
    (422, "", .final), (408, "", .retry), (425, "", .retry), (429, "", .throttled),
    (500, "", .retry), (501, "", .final), (502, "", .retry), (503, "", .retry),
    (503, "{\"message\":\"Loading model\"}", .starting), (504, "", .retry),
    (503, "server_is_overloaded", .starting), (503, "DEPLOYMENT_SCALING_UP", .starting),
  ])
  func `repeats what may pass`(status: Int, body: String, verdict: RetrySchedule.Verdict) {
    #expect(RetrySchedule.verdict(reply(status, [:], body)) == verdict)
  }

  @Test func `does as the host says about repeating`() {
    #expect(RetrySchedule.verdict(reply(500, ["x-should-retry": "false"])) == .final)
    #expect(RetrySchedule.verdict(reply(400, ["x-should-retry": "true"])) == .retry)
  }

  @Test func `doubles its waits from half a second to eight, less up to a quarter`() {
    for (random, factor) in [(0.0, 1.0), (1.0, 0.75)] {
      var schedule = RetrySchedule(isRepeatable: true, start: start)
      var waits: [RetrySchedule.Decision] = []
      for _ in 0..<10 { waits.append(schedule.replied(reply(502), random: random)) }
      let expected = [0.5, 1, 2, 4, 8, 8, 8, 8, 8].map {
        RetrySchedule.Decision.retry(after: .seconds($0 * factor))
      }
      #expect(waits == expected + [.finish])
    }
  }

  @Test func `takes equal 500s for an answer sooner`() {
    var schedule = RetrySchedule(isRepeatable: true, start: start)
    let decisions = (0..<5).map { _ in schedule.replied(reply(500)) }
    #expect(decisions.last == .finish && !decisions.dropLast().contains(.finish))
  }

  @Test func `waits as long as the host asks while its time lasts`() {
    var schedule = RetrySchedule(isRepeatable: true, start: start)
    #expect(schedule.replied(reply(503, ["retry-after": "7"])) == .retry(after: .seconds(7)))
    #expect(schedule.replied(reply(503, ["retry-after": "301"])) == .finish)
    let late = schedule.replied(reply(503, ["retry-after": "7"]), after: .seconds(294))
    #expect(late == .finish)
  }

  @Test func `takes a wait that is past, or too short time after time, for none`() {
    var past = RetrySchedule(isRepeatable: true, start: start)
    let date: KeyValuePairs = ["retry-after": "Sun, 06 Nov 1994 08:00:00 GMT"]
    let waits = (0..<5).map { _ in past.replied(reply(429, date)) }
    #expect(waits == [0.5, 1, 2, 4, 8].map { .retry(after: .seconds($0)) })
    var short = RetrySchedule(isRepeatable: true, start: start)
    let brief = (0..<6).map { _ in short.replied(reply(429, ["retry-after-ms": "1"])) }
    #expect(brief.prefix(4).allSatisfy { $0 == .retry(after: .milliseconds(1)) })
    #expect(brief.suffix(2).allSatisfy { $0 == .retry(after: .seconds(8)) })
  }

  @Test func `gives up at once on a host that says to come back another year`() {
    var schedule = RetrySchedule(isRepeatable: true, start: start)
    let date = "Fri, 31 Dec 2099 23:59:59 GMT"
    #expect(schedule.replied(reply(429, ["retry-after": date])) == .finish)
    // By a host whose own clock is there it is a minute.
    let now = "Fri, 31 Dec 2099 23:58:59 GMT"
    var ahead = RetrySchedule(isRepeatable: true, start: start)
    let decision = ahead.replied(reply(429, ["retry-after": date, "date": now]))
    #expect(decision == .retry(after: .seconds(60)))
  }

  @Test func `has minutes for 429 and for hosts that are starting, whatever the attempts`() {
    var schedule = RetrySchedule(isRepeatable: true, start: start)
    for _ in 0..<50 { #expect(schedule.replied(reply(429)) != .finish) }
    #expect(schedule.replied(reply(429), after: .seconds(899)) == .finish)
    var loading = RetrySchedule(isRepeatable: true, start: start)
    let busy = reply(503, [:], "Loading model")
    #expect(loading.replied(busy) == .retry(after: .seconds(10)))
    #expect(loading.replied(busy) == .retry(after: .seconds(20)))
    for _ in 0..<10 { _ = loading.replied(busy) }
    #expect(loading.replied(busy, after: .seconds(600)) == .retry(after: .seconds(60)))
    #expect(loading.replied(busy, after: .seconds(850)) == .finish)
  }

  @Test func `repeats an unrepeatable request only when it was refused or never arrived`() {
    func decision(_ response: HTTPResponse) -> RetrySchedule.Decision {
      var schedule = RetrySchedule(isRepeatable: false, start: start)
      return schedule.replied(response)
    }
    for status in [408, 500, 502, 503, 504] { #expect(decision(reply(status)) == .finish) }
    #expect(decision(reply(429)) != .finish)
    #expect(decision(reply(503, ["retry-after": "1"])) == .retry(after: .seconds(1)))
    #expect(decision(reply(500, ["retry-after": "1"])) == .finish)
    func after(_ error: TransportError) -> RetrySchedule.Decision {
      var schedule = RetrySchedule(isRepeatable: false, start: start)
      return schedule.failed(error, isKnown: true, now: start, random: 0)
    }
    #expect(after(TransportError(.connect, "")) == .retry(after: .seconds(0.5)))
    #expect(after(TransportError(.interrupted, "", mayHaveArrived: true)) == .finish)
    #expect(after(TransportError(.timeout, "", mayHaveArrived: true)) == .finish)
  }

  @Test func `gives up soon on a host that was never reached, at once where nothing can help`() {
    func attempts(_ code: TransportError.Code, isKnown: Bool) -> Int {
      var schedule = RetrySchedule(isRepeatable: true, start: start)
      let error = TransportError(code, "")
      var count = 1
      while schedule.failed(error, isKnown: isKnown, now: start, random: 0) != .finish {
        count += 1
      }
      return count
    }
    #expect(attempts(.connect, isKnown: false) == 4 && attempts(.connect, isKnown: true) == 10)
    #expect(attempts(.dns, isKnown: false) == 4 && attempts(.interrupted, isKnown: false) == 10)
    for code in [
      TransportError.Code.certificate, .tooLarge, .invalidURL, .plain, .redirect, .closed,
    ] {
      #expect(attempts(code, isKnown: true) == 1)
    }
  }
}

@Suite struct `times in header fields` {
  @Test(
    arguments: [
      ("20ms", 0.02), ("1s", 1), ("6m0s", 360), ("1h2m3.5s", 3723.5), ("12.5", 12.5), ("0", 0),
      ("784111787", 784_111_787), ("1700000010", 10), ("1700000010000", 10), ("1699999999", 0),
    ] as [(String, Double)]
  )
  func `are understood in every form`(text: String, seconds: Double) {
    #expect(HeaderTime.reset(text, now: 1_700_000_000) == .seconds(min(seconds, 365 * 86400)))
  }

  @Test(arguments: ["", "soon", "5x", "-3", "nan", "1s2"])
  func `are not guessed`(text: String) { #expect(HeaderTime.reset(text, now: 0) == nil) }

  @Test func `ask to wait in milliseconds, seconds or by a date held against the reply's own`() {
    func asked(_ fields: KeyValuePairs<String, String>) -> Duration? {
      HeaderTime.retryAfter(HTTPFields(fields), wallClock: 784_111_770)
    }
    let date = "Sun, 06 Nov 1994 08:49:37 GMT"
    #expect(asked(["Retry-After-Ms": "1500", "Retry-After": "9"]) == .seconds(1.5))
    #expect(asked(["retry-after": "0.25"]) == .seconds(0.25))
    #expect(asked(["retry-after": "-5"]) == .zero)
    #expect(asked(["retry-after": date]) == .seconds(7))
    let ahead = asked(["retry-after": date, "date": "Sun, 06 Nov 1994 08:49:07 GMT"])
    #expect(ahead == .seconds(30))
    #expect(asked(["retry-after": "tomorrow"]) == nil && asked([:]) == nil)
  }
}

@Suite struct `the rate limiter` {
  @Test func `lets a second's worth pass and spreads the rest`() {
    var limiter = RateLimiter(.init(requestsPerMinute: 120), now: start)
    let waits = (0..<5).map { _ in limiter.reserve(tokens: 0, now: start) }
    #expect(waits == [.zero, .zero, .seconds(0.5), .seconds(1), .seconds(1.5)])
    #expect(limiter.reserve(tokens: 0, now: start + .seconds(60)) == .zero)
  }

  @Test func `counts tokens, and has none without limits`() {
    var limiter = RateLimiter(.init(tokensPerMinute: 6000), now: start)
    #expect(limiter.reserve(tokens: 1000, now: start) == .zero)
    #expect(limiter.reserve(tokens: 1, now: start) > .seconds(9))
    var open = RateLimiter(.init(), now: start)
    for _ in 0..<1000 { #expect(open.reserve(tokens: 1 << 20, now: start) == .zero) }
  }

  @Test func `holds when the host says that nothing is left, and spreads what is scarce`() {
    func wait(_ fields: KeyValuePairs<String, String>, requests: Int) -> Duration {
      var limiter = RateLimiter(.init(), now: start)
      limiter.learn(HTTPFields(fields), now: start, wallClock: 0)
      var wait = Duration.zero
      for _ in 0..<requests { wait = limiter.reserve(tokens: 10, now: start) }
      return wait
    }
    let empty: KeyValuePairs = [
      "x-ratelimit-limit-requests": "100", "x-ratelimit-remaining-requests": "0",
      "x-ratelimit-reset-requests": "6m0s",
    ]
    #expect(wait(empty, requests: 1) == .seconds(360))
    let scarce: KeyValuePairs = [
      "X-RateLimit-Limit": "100", "X-RateLimit-Remaining": "4", "X-RateLimit-Reset": "10",
    ]
    #expect(wait(scarce, requests: 6) == .seconds(10))
    let ample: KeyValuePairs = [
      "x-ratelimit-limit-tokens": "100", "x-ratelimit-remaining-tokens": "50",
      "x-ratelimit-reset-tokens": "1s",
    ]
    #expect(wait(ample, requests: 6) == .zero)
    #expect(wait(["x-ratelimit-remaining-requests": "0"], requests: 6) == .zero)
    for reset in ["24h0m0s", "4102444799", "0", "-5"] {
      let odd: KeyValuePairs = [
        "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset,
      ]
      #expect(wait(odd, requests: 6) == .zero)
    }
  }

  @Test func `halves at a 429, once a round, and recovers slowly`() {
    var limiter = RateLimiter(.init(concurrency: 64), now: start)
    for _ in 0..<10 { limiter.throttled(running: 64, now: start) }
    #expect(limiter.concurrency == 32)
    limiter.throttled(running: 10, now: start + .seconds(3))
    #expect(limiter.concurrency == 5)
    for _ in 0..<20 { limiter.succeeded() }
    #expect(limiter.concurrency == 6)
    for time in 1..<20 { limiter.throttled(running: 1, now: start + .seconds(3 * time + 3)) }
    #expect(limiter.concurrency == 1)
    for _ in 0..<100_000 { limiter.succeeded() }
    #expect(limiter.concurrency == 64)
  }
}

@Suite struct `the circuit breaker` {
  @Test func `opens after failures in a row and tries with one request`() {
    var breaker = CircuitBreaker(threshold: 3)
    for _ in 0..<2 { breaker.failed(now: start) }
    breaker.succeeded()
    for _ in 0..<2 { breaker.failed(now: start) }
    #expect(breaker.isClosed)
    breaker.failed(now: start)
    #expect(breaker.admit(now: start) == .seconds(1))
    #expect(breaker.admit(now: start + .seconds(1)) == nil)
    #expect(breaker.admit(now: start + .seconds(1)) == .milliseconds(250))
    breaker.failed(now: start + .seconds(1))
    #expect(breaker.admit(now: start + .seconds(1)) == .seconds(2))
    #expect(breaker.admit(now: start + .seconds(3)) == nil)
    breaker.succeeded()
    #expect(breaker.isClosed && breaker.admit(now: start + .seconds(3)) == nil)
  }

  @Test func `lets another try when a trial was given up`() {
    var breaker = CircuitBreaker(threshold: 1)
    breaker.failed(now: start)
    #expect(breaker.admit(now: start + .seconds(1)) == nil)
    breaker.abandoned(now: start + .seconds(1))
    #expect(breaker.admit(now: start + .seconds(1)) == nil)
  }
}
