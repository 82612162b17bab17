/// Times as hosts write them into header fields.
package enum HeaderTime {
  /// How long a reply asks to wait.
  ///
  /// `retry-after-ms` (Azure), then `Retry-After` in seconds, whole or not, or as a date. A date is
  /// held against the reply's own `Date`, so that a wrong clock here does not matter.
  /// - Parameters:
  ///   - fields: The reply's fields.
  ///   - wallClock: Seconds since 1970, for replies without a `Date`.
  /// - Returns: The wait, not negative; `nil` when none was asked for.
  package static func retryAfter(_ fields: HTTPFields, wallClock: Double) -> Duration? {
    if let milliseconds = fields["retry-after-ms"].flatMap(Double.init), milliseconds.isFinite {
      return seconds(milliseconds / 1000)
    }
    guard let text = fields["retry-after"] else { return nil }
    if let value = Double(text), value.isFinite { return seconds(value) }
    return date(text).map { seconds($0 - self.now(fields, wallClock: wallClock)) }
  }

  /// How long until a limit is reset.
  ///
  /// - Parameters:
  ///   - text: `20ms`, `1s`, `6m0s`, `1h2m3.5s`, plain seconds, or seconds or milliseconds since 1970.
  ///   - now: Seconds since 1970.
  /// - Returns: The wait, not negative; `nil` when it was not understood.
  package static func reset(_ text: String, now: Double) -> Duration? {
    if let value = Double(text) {
      guard value.isFinite, value >= 0 else { return nil }
      if value > 1e12 { return seconds(value / 1000 - now) }
      return seconds(value > 1e9 ? value - now : value)
    }
    let units = ["h": 3600, "m": 60, "s": 1, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9]
    var total = 0.0
    var rest = text[...]
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count)
      let unit = rest.prefix { !$0.isNumber && $0 != "." }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let factor = units[String(unit)] else { return nil }
      total += number * factor
    }
    return text.isEmpty ? nil : seconds(total)
  }

  /// The present as the reply has it, or as given; in seconds since 1970.
  package static func now(_ fields: HTTPFields, wallClock: Double) -> Double {
    fields["date"].flatMap(date) ?? wallClock
  }

  /// Seconds since 1970 of a date such as `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 §5.6.7).
  static func date(_ text: String) -> Double? {
    let parts = text.split(whereSeparator: { $0 == " " || $0 == "," || $0 == ":" })
    let months = [
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]
    guard parts.count == 8, parts[7] == "GMT", let month = months.firstIndex(of: String(parts[2])),
      let day = Int(parts[1]), let year = Int(parts[3]), let hour = Int(parts[4]),
      let minute = Int(parts[5]), let second = Int(parts[6]),
      (1...31).contains(day), (1970...9999).contains(year), (0..<24).contains(hour),
      (0..<60).contains(minute), (0...60).contains(second)
    else { return nil }
    // Days since 1970 in the calendar whose years begin in March.
    let shifted = (month + 10) % 12
    let years = month < 2 ? year - 1 : year
    let days =
      365 * years + years / 4 - years / 100 + years / 400 + (153 * shifted + 2) / 5 + day - 719_469
    return Double(((days * 24 + hour) * 60 + minute) * 60 + second)
  }

  /// A wait between 0 and a year.
  private static func seconds(_ value: Double) -> Duration {
    .seconds(min(max(0, value), 365 * 86400))
  }
}
