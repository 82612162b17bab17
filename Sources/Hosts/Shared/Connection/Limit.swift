import Experiment
import FoundationEssentials
import Transport

/// How long a limit lasts, as far as the host says.
struct Limit {
  /// Longest pause that a repeated request sits out; what lasts longer is `HostError.Code.later`.
  static let longest = Duration.seconds(900)

  /// The kind of fault: as given, or `later`.
  let code: HostError.Code
  /// How long the host asks to be left alone; `nil` when it does not say.
  let pause: Duration?

  /// Reads what a host says about a limit; of any other fault nothing.
  init(
    _ code: HostError.Code,
    fields: [Exchange.Field],
    words: String,
    now: Double = Date().timeIntervalSince1970
  ) {
    guard code == .rateLimited || code == .jobLimit else {
      self.code = code
      pause = nil
      return
    }
    let head = fields.map { "\($0.name): \($0.value)\r\n" }.joined()
    let asked = HeaderTime.retryAfter(HTTPFields(Array(head.utf8)), wallClock: now)
    // A gateway may send a second or two with words that say more.
    pause = [asked, Self.pause(in: words, now: now)].compactMap { $0 }.max()
    let lastsLong = pause.map { $0 > Self.longest } ?? Self.isOfDays(words)
    self.code = lastsLong ? .later : code
  }

  /// Whether words speak of a limit of a day or more.
  static func isOfDays(_ words: String) -> Bool {
    let text = words.lowercased().replacing("-", with: " ").replacing("_", with: " ")
    return [
      "per day", "/day", "a day", "each day", "daily", "tomorrow", "(rpd)", "(tpd)", "per 24",
      "24 hours", "24h", "per week", "weekly", "per month", "monthly", "midnight",
    ].contains { text.contains($0) }
  }

  /// The pause that words ask for, such as `try again in 7m12s`, `wait 14 hours` or `tomorrow`.
  ///
  /// - Returns: The pause; `nil` when none is named.
  static func pause(in words: String, now: Double) -> Duration? {
    let text = words.lowercased()
    for opening in openings {
      var rest = text[...]
      while let found = rest.firstRange(of: opening) {
        rest = rest[found.upperBound...]
        if let seconds = time(at: rest, isBare: opening.hasSuffix("after")) {
          return .seconds(min(seconds, 365 * 86_400))
        }
      }
    }
    if let moment = moment(in: text), moment > now { return .seconds(moment - now) }
    // The end of the day at the prime meridian, for want of a better one.
    if text.contains("tomorrow") {
      return .seconds(86_400 - now.truncatingRemainder(dividingBy: 86_400))
    }
    return nil
  }

  private static let openings = [
    "again in", "again after", "retry in", "retry after", "retry-after", "retryafter", "resets in",
    "reset in", "resets after", "reset after", "available in", "available after", "wait",
    "come back in",
  ]
  private static let fillers: Set<String> = [
    "about", "approximately", "around", "another", "at", "least", "for", "and", "the", "next", "of",
  ]
  private static let units: [String: Double] = [
    "ms": 0.001, "millisecond": 0.001, "s": 1, "sec": 1, "second": 1, "m": 60, "min": 60,
    "minute": 60, "h": 3600, "hr": 3600, "hour": 3600, "d": 86_400, "day": 86_400,
    "w": 604_800, "week": 604_800,
  ]

  /// Seconds that a text begins with: numbers with their units; without one they are seconds where a
  /// bare number is meant so.
  private static func time(at start: Substring, isBare: Bool) -> Double? {
    var rest = start
    var total: Double?
    while true {
      rest = rest.drop { !$0.isASCII || " ,:=~'\"".contains($0) }
      let digits = rest.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
      if digits.isEmpty {
        let word = rest.prefix { $0.isASCII && $0.isLetter }
        guard fillers.contains(String(word)) else { return total }
        rest = rest.dropFirst(word.count)
        continue
      }
      rest = rest.dropFirst(digits.count)
      let spaced = rest.drop { $0 == " " }
      let word = String(spaced.prefix { $0.isASCII && $0.isLetter })
      let number = Double(digits.last == "." ? digits.dropLast() : digits)
      guard let number, number.isFinite else { return total }
      guard let unit = units[word] ?? (word.hasSuffix("s") ? units[String(word.dropLast())] : nil)
      else {
        return total ?? (isBare ? number : nil)
      }
      total = (total ?? 0) + number * unit
      rest = spaced.dropFirst(word.count)
    }
  }

  /// A date with its time of day, such as `2026-12-01t00:00:00z`, in seconds since 1970.
  private static func moment(in text: String) -> Double? {
    for word in text.split(whereSeparator: { " ,;'\"()".contains($0) }) {
      let shape = Array(word.utf8.prefix(19))
      guard shape.count == 19, shape[4] == UInt8(ascii: "-"), shape[10] == UInt8(ascii: "t"),
        let date = try? Date(
          String(decoding: shape, as: UTF8.self).uppercased() + "Z",
          strategy: .iso8601
        )
      else { continue }
      return date.timeIntervalSince1970
    }
    return nil
  }
}
