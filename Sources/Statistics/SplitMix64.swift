import Glibc

/// A small seeded generator whose stream never changes between toolchains.
///
/// Stored results depend on it, so sampling below is written out instead of using the standard
/// library's `shuffle` and `random(in:)`, whose algorithms are not promised.
/// - SeeAlso: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable, Hashable {
  private var state: UInt64

  /// The generator of a seed; equal seeds give equal numbers.
  public init(seed: UInt64) { state = seed }

  /// The generator of one named stream of a seed, independent of the other streams.
  public init(seed: UInt64, stream: UInt64) {
    var outer = SplitMix64(seed: seed)
    var inner = SplitMix64(seed: stream ^ 0x9E37_79B9_7F4A_7C15)
    state = outer.next() ^ inner.next()
  }

  /// The next 64 uniform bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A uniform number in [0, 1).
  public mutating func uniform() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A uniform whole number in 0..<bound; `bound` must be positive.
  public mutating func below(_ bound: Int) -> Int {
    precondition(bound > 0)
    return Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A standard normal number (polar method).
  public mutating func normal() -> Double {
    while true {
      let u = 2 * uniform() - 1
      let v = 2 * uniform() - 1
      let s = u * u + v * v
      if s > 0, s < 1 { return u * (-2 * log(s) / s).squareRoot() }
    }
  }

  /// The elements in a uniformly random order (Fisher–Yates).
  public mutating func shuffled<Element>(_ elements: [Element]) -> [Element] {
    var result = elements
    for index in stride(from: result.count - 1, to: 0, by: -1) {
      result.swapAt(index, below(index + 1))
    }
    return result
  }

  /// `count` distinct numbers of 0..<bound, ascending, uniformly without replacement.
  public mutating func sample(_ count: Int, of bound: Int) -> [Int] {
    precondition(count >= 0 && count <= bound)
    var pool = Array(0..<bound)
    for index in 0..<count { pool.swapAt(index, index + below(bound - index)) }
    return pool[..<count].sorted()
  }
}
