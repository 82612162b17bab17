import Testing

@testable import Kernels

struct DoubleMatrixTests {
  static func filled(_ rows: Int, _ columns: Int, seed: UInt64) -> DoubleMatrix {
    var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
    var result = DoubleMatrix(rows: rows, columns: columns)
    for index in result.values.indices {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      result.values[index] = Double(Int32(truncatingIfNeeded: state >> 33)) * 0x1p-30 - 1
    }
    return result
  }

  @Test(arguments: MultiplyTests.shapes, InstructionSet.supported.indices)
  func `products agree with the obvious sum in every orientation`(
    shape: (m: Int, n: Int, k: Int),
    set: Int
  ) {
    for (ta, tb) in [(false, false), (true, false), (false, true), (true, true)] {
      let a = Self.filled(ta ? shape.k : shape.m, ta ? shape.m : shape.k, seed: 1)
      let b = Self.filled(tb ? shape.n : shape.k, tb ? shape.k : shape.n, seed: 2)
      let base = Self.filled(shape.m, shape.n, seed: 3)
      for sum in [nil, base] {
        let c = product(
          a,
          b,
          transposingA: ta,
          transposingB: tb,
          addingTo: sum,
          set: InstructionSet.supported[set]
        )
        for i in 0..<shape.m {
          for j in 0..<shape.n {
            var expected = sum?[i, j] ?? 0
            for p in 0..<shape.k { expected += (ta ? a[p, i] : a[i, p]) * (tb ? b[j, p] : b[p, j]) }
            #expect(abs(c[i, j] - expected) <= 1e-13 * Double(shape.k + 1))
          }
        }
      }
    }
  }

  @Test func `sets with fused multiply-add give the same bits`() {
    let a = Self.filled(37, 300, seed: 4)
    let b = Self.filled(300, 21, seed: 5)
    let results = InstructionSet.supported.filter { $0.name != "generic" }
      .map { product(a, b, set: $0) }
    for result in results { #expect(result == results[0]) }
  }
}
