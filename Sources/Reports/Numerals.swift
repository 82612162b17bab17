import Experiment

/// Numbers as reports show them.
package enum Numerals {
  /// A whole number with commas between thousands.
  static func grouped(_ number: Int) -> String {
    var result = ""
    let digits = String(number.magnitude)
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { result += "," }
      result.append(digit)
    }
    return number < 0 ? "−" + result : result
  }

  /// A number with so many digits after the point, rounded half away from zero; `–` if not finite.
  package static func fixed(_ number: Double, _ digits: Int) -> String {
    guard number.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    let scaled = (number.magnitude * scale).rounded()
    guard scaled < 1e15 else { return JSONText.shortest(number) }
    let whole = grouped(Int(scaled / scale))
    let fraction = String(Int(scaled.truncatingRemainder(dividingBy: scale)))
    let sign = number < 0 && scaled > 0 ? "−" : ""
    guard digits > 0 else { return sign + whole }
    return sign + whole + "." + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// A share as a whole percentage.
  static func percent(_ share: Double) -> String { fixed(share * 100, 0) + " %" }

  /// Digits after the point that show three significant ones of the largest number, 0...9.
  static func digits(for numbers: some Sequence<Double>) -> Int {
    let largest = numbers.lazy.filter(\.isFinite).map(\.magnitude).max() ?? 0
    guard largest > 0 else { return 2 }
    var digits = 0
    var scaled = largest
    while scaled < 100, digits < 9 {
      scaled *= 10
      digits += 1
    }
    return digits
  }

  /// A count with its noun, such as `1 model`, `25 models`.
  package static func count(_ number: Int, _ noun: String) -> String {
    if number == 1 { return "1 \(noun)" }
    let plural =
      noun.hasSuffix("y")
      ? noun.dropLast() + "ies" : noun + (noun.hasSuffix("s") ? "es" : "s")
    return "\(grouped(number)) \(plural)"
  }
}
