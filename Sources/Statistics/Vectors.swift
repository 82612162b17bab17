/// The sum of products of two vectors of equal length, over eight lanes.
public func dot(_ left: [Double], _ right: [Double]) -> Double {
  precondition(left.count == right.count)
  var lanes = SIMD8<Double>.zero
  let whole = left.count & ~7
  var sum = 0.0
  // Every access lies below the count that both share.
  unsafe left.withUnsafeBufferPointer { left in
    unsafe right.withUnsafeBufferPointer { right in
      for place in stride(from: 0, to: whole, by: 8) {
        let x = unsafe UnsafeRawBufferPointer(left)
          .loadUnaligned(fromByteOffset: 8 * place, as: SIMD8<Double>.self)
        let y = unsafe UnsafeRawBufferPointer(right)
          .loadUnaligned(fromByteOffset: 8 * place, as: SIMD8<Double>.self)
        lanes += x * y
      }
      for place in whole..<left.count { unsafe sum += left[place] * right[place] }
    }
  }
  return lanes.sum() + sum
}

/// Adds a multiple of one vector to another of equal length.
public func add(_ vector: [Double], times factor: Double, to sum: inout [Double]) {
  precondition(vector.count == sum.count)
  // Every access lies below the count that both share.
  unsafe vector.withUnsafeBufferPointer { vector in
    unsafe sum.withUnsafeMutableBufferPointer { sum in
      for place in 0..<vector.count { unsafe sum[place] += factor * vector[place] }
    }
  }
}
