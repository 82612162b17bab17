/// A decimal number of up to 19 digits on its way to the nearest `Double`.
///
/// Log-probabilities come with 6 to 18 digits. Those of at most 2⁵³ with few places are one exact
/// division (Clinger, "How to Read Floating Point Numbers Accurately", 1990); those with up to 19
/// places are one division of 128 by 64 bits, whose remainder decides the rounding.
struct Decimal64 {
  /// All digits, the point left out.
  private(set) var digits: UInt64 = 0
  /// Power of ten that the digits are multiplied with.
  var exponent = 0
  /// Digits taken, zeros at the front left out.
  private var count = 0

  private static let exactPowers: [Double] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
  ]
  private static let wholePowers: [UInt64] = (0...19).map { places in
    (0..<places).reduce(1) { power, _ in power * 10 }
  }

  /// Adds the digits that stand at a place of a text.
  mutating func append(digitsOf text: Span<UInt8>, from start: Int) -> Int {
    var digits = digits
    var place = start
    while place < text.count {
      let digit = text[place] &- UInt8(ascii: "0")
      guard digit < 10 else { break }
      digits = digits &* 10 &+ UInt64(digit)
      place += 1
    }
    count = (isExact && self.digits == 0 ? 0 : count) + place - start
    self.digits = digits
    return place
  }

  /// Whether all digits were taken: 19 always have room.
  var isExact: Bool { count <= 19 }

  /// The nearest `Double`, ties to even; `nil` where a slower way is needed.
  var value: Double? {
    guard isExact else { return nil }
    if digits == 0 { return 0 }
    if digits <= 1 << 53, abs(exponent) <= 22 {
      let power = Self.exactPowers[abs(exponent)]
      return exponent < 0 ? Double(digits) / power : Double(digits) * power
    }
    return (-19..<0).contains(exponent) ? quotient(by: Self.wholePowers[-exponent]) : nil
  }

  /// The digits divided by a power of ten.
  private func quotient(by power: UInt64) -> Double {
    // Both with their highest bit set, so that the quotient of ratio × 2⁶⁴ has 64 bits or one more.
    let ratioShift = digits.leadingZeroBitCount
    let powerShift = power.leadingZeroBitCount
    var high = digits << ratioShift
    let divisor = power << powerShift
    var low: UInt64 = 0
    var scale = powerShift - ratioShift - 64
    if high >= divisor {
      low = high << 63
      high >>= 1
      scale += 1
    }
    let (quotient, remainder) = divisor.dividingFullWidth((high, low))
    // A quotient ends in a bit that is never a tie's: what is left over decides between two halves.
    let sticky = quotient | (remainder == 0 ? 0 : 1)
    return Double(sign: .plus, exponent: scale, significand: Double(sticky))
  }
}
