import Experiment
import Testing

@testable import Hosts

/// Noon of 30 November 2026.
private let noon = 1_796_040_000.0

@Suite struct `a limit` {
  @Test(arguments: [
    ("Please try again in 14h.", 50_400), ("try again in 7m12s", 432),
    ("Retry in 1h2m3.5s.", 3_723.5), ("please wait 3 hours and 5 minutes", 11_100),
    ("Wait for about 20 seconds", 20), ("retry after 30", 30), ("Retry-After: 90 seconds", 90),
    ("quota resets in 2 days", 172_800), ("Try again in 500ms", 0.5),
    ("come back tomorrow", 43_200), ("it resets at 2026-12-01T00:00:00Z", 43_200),
    ("waiting jobs: wait 2 min", 120), ("try again in 1 week", 604_800),
  ])
  func `lasts as long as its words say`(words: String, seconds: Double) {
    #expect(Limit.pause(in: words, now: noon) == .seconds(seconds))
  }

  @Test(arguments: [
    "", "slow down", "wait", "please wait for your turn", "try again in a while",
    "wait 3 jobs", "retry in 1e999 h", "limit 8, used 8", "it reset at 2026-11-01T00:00:00Z",
    "2026-99-99T99:99:99", "try again in ٣ hours", "wait ....... s",
  ])
  func `may say no time`(words: String) { #expect(Limit.pause(in: words, now: noon) == nil) }

  @Test(
    arguments: [
      (429, "requests per minute", [:], HostError.Code.rateLimited, nil),
      (429, "maximum of 8 requests per day for this model", [:], .later, nil),
      (429, "free-models-per-day", [:], .later, nil),
      (429, "requests per day (RPD): Limit 200. Please try again in 7m12s", [:], .rateLimited, 432),
      (429, "slow down", ["retry-after": "7200"], .later, 7_200),
      (429, "slow down", ["retry-after": "2"], .rateLimited, 2),
      (429, "fine-tuning: too many queued jobs", [:], .jobLimit, nil),
      (429, "fine-tuning: too many jobs, daily limit, come back in 20 h", [:], .later, 72_000),
      (400, "try again in 14 hours", [:], .refused, nil),
      (429, "insufficient_quota, resets in 2 days", [:], .credit, nil),
    ] as [(Int, String, [String: String], HostError.Code, Double?)]
  )
  func `that lasts longer than requests are repeated is a fault of its own`(
    status: Int,
    words: String,
    fields: [String: String],
    code: HostError.Code,
    pause: Double?
  ) {
    let error = HostError(
      status: status,
      fields: fields.map { Exchange.Field($0.key, $0.value) },
      body: Array("{\"error\":{\"message\":\"\(words)\"}}".utf8),
      asked: "POST /x"
    )
    #expect(error.code == code)
    #expect(error.pause == pause.map { .seconds($0) })
    #expect(error.message.contains(words))
  }
}
