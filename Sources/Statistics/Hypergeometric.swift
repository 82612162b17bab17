import Glibc

/// The natural logarithm of the probability that a draw without replacement has at least so many marked
/// items: Fisher's exact test, one-sided.
///
/// - Parameters:
///   - found: Marked items in the draw, at least 0.
///   - drawn: Size of the draw, 0...`total`.
///   - marked: Marked items altogether, 0...`total`.
///   - total: All items.
/// - Returns: At most 0; −∞ for more than there can be.
/// - Complexity: O(`drawn`).
public func logHypergeometricTail(
  atLeast found: Int,
  of drawn: Int,
  marked: Int,
  total: Int
) -> Double {
  precondition((0...total).contains(drawn) && (0...total).contains(marked) && found >= 0)
  let most = min(drawn, marked)
  let least = max(0, drawn + marked - total)
  guard found <= most else { return -.infinity }
  guard found > least else { return 0 }
  func ways(_ count: Int, of total: Int) -> Double {
    lgamma(Double(total + 1)) - lgamma(Double(count + 1)) - lgamma(Double(total - count + 1))
  }
  let first =
    ways(found, of: marked) + ways(drawn - found, of: total - marked) - ways(drawn, of: total)
  // The further terms as multiples of the first.
  var sum = 1.0
  var term = 1.0
  for count in found..<most {
    term *= Double(marked - count) * Double(drawn - count)
    term /= Double(count + 1) * Double(total - marked - drawn + count + 1)
    sum += term
  }
  return min(0, first + log(sum))
}
