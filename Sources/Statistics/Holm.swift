/// P-values adjusted so that refusing all below a level errs about any of them with at most that chance.
///
/// - Parameter values: P-values, in any order.
/// - Returns: The adjusted values in the same order, 0...1.
/// - SeeAlso: Holm, "A simple sequentially rejective multiple test procedure", Scand. J. Statist. 6, 1979.
public func holmAdjusted(_ values: [Double]) -> [Double] {
  var adjusted = values
  var highest = 0.0
  let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
  for (place, index) in order.enumerated() {
    highest = max(highest, min(1, values[index] * Double(values.count - place)))
    adjusted[index] = highest
  }
  return adjusted
}
