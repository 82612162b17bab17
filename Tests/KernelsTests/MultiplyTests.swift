import Testing

@testable import Kernels

/// A matrix of small seeded values inside a larger buffer, with a stride wider than its columns.
func filled(_ rows: Int, _ columns: Int, seed: UInt64, gap: Int = 3) -> Matrix {
  let buffer = Buffer(count: rows * (columns + gap) + 5)
  var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
  for index in 0..<buffer.count {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    buffer[index] = Float(Int32(truncatingIfNeeded: state >> 33)) * 0x1p-30 - 1
  }
  return Matrix(buffer, offset: 5, rows: rows, columns: columns, stride: columns + gap)
}

struct MultiplyTests {
  /// The obvious product in `Double`.
  static func oracle(_ a: Matrix, _ b: Matrix, _ ta: Bool, _ tb: Bool, _ i: Int, _ j: Int)
    -> (sum: Double, size: Double)
  {
    var sum = 0.0
    var size = 0.0
    for p in 0..<(ta ? a.rows : a.columns) {
      let term = Double(ta ? a[p, i] : a[i, p]) * Double(tb ? b[j, p] : b[p, j])
      sum += term
      size += abs(term)
    }
    return (sum, size)
  }

  static let shapes = [
    (1, 1, 1), (1, 17, 3), (5, 1, 9), (6, 16, 8), (12, 32, 64), (13, 33, 65), (47, 31, 16),
    (7, 100, 257), (250, 40, 300), (3, 5, 600), (64, 64, 0),
  ]

  @Test(arguments: shapes, InstructionSet.supported.indices)
  func `products agree with the obvious sum in every orientation`(
    shape: (m: Int, n: Int, k: Int),
    set: Int
  ) {
    let scratch = Scratch(InstructionSet.supported[set])
    for orientation in 0..<8 {
      let (ta, tb, adds) = (orientation & 1 > 0, orientation & 2 > 0, orientation & 4 > 0)
      let a = filled(ta ? shape.k : shape.m, ta ? shape.m : shape.k, seed: 1)
      let b = filled(tb ? shape.n : shape.k, tb ? shape.k : shape.n, seed: 2)
      let c = filled(shape.m, shape.n, seed: 3)
      let before = c.buffer.array
      multiply(
        a,
        b,
        into: c,
        transposingA: ta,
        transposingB: tb,
        accumulating: adds,
        scratch: scratch
      )
      var inside = Set<Int>()
      for i in 0..<shape.m {
        for j in 0..<shape.n {
          let place = c.offset + i * c.stride + j
          inside.insert(place)
          let (sum, size) = Self.oracle(a, b, ta, tb, i, j)
          let expected = sum + (adds ? Double(before[place]) : 0)
          // Each of k multiply-adds rounds once or twice to 2^-24 of at most the sum of magnitudes.
          #expect(
            abs(Double(c[i, j]) - expected) <= 2 * Double(shape.k + 1) * 0x1p-24 * (size + 1)
          )
        }
      }
      let after = c.buffer.array
      #expect(after.indices.allSatisfy { inside.contains($0) || after[$0] == before[$0] })
    }
  }

  @Test func `instruction sets with fused multiply-add give the same bits`() {
    let fused = InstructionSet.supported.filter { $0.name != "generic" }
    let results = fused.map { set in
      let a = filled(29, 300, seed: 4)
      let b = filled(300, 45, seed: 5)
      let c = Matrix(Buffer(count: 29 * 45), rows: 29, columns: 45)
      multiply(a, b, into: c, scratch: Scratch(set))
      gelu(c, into: c, set: set)
      attentionWeights(
        c,
        positions: (0..<29).map { $0 + 7 },
        scale: 0.3,
        slope: 0.01,
        set: set
      )
      let weights = Buffer(count: 1000)
      weights.assign(filled(1, 997, seed: 8).buffer.array.prefix(1000).map { $0 })
      let gradient = Buffer(count: 1000)
      gradient.assign(filled(1, 997, seed: 9).buffer.array.prefix(1000).map { $0 })
      let optimiser = AdamW(count: 1000, decay: 0.01)
      for _ in 0..<3 {
        optimiser.update(weights, gradient: gradient, scale: 0.3, learningRate: 0.01, set: set)
      }
      return c.buffer.array + weights.array
    }
    for result in results.dropFirst() { #expect(result == results[0]) }
  }

  @Test func `a row's bits do not depend on its neighbours`() {
    let a = filled(40, 70, seed: 6)
    let b = filled(70, 50, seed: 7)
    let whole = Matrix(Buffer(count: 40 * 50), rows: 40, columns: 50)
    multiply(a, b, into: whole, scratch: Scratch())
    for row in [0, 11, 12, 39] {
      let alone = Matrix(Buffer(count: 50), rows: 1, columns: 50)
      multiply(a.rows(row..<row + 1), b, into: alone, scratch: Scratch())
      #expect((0..<50).allSatisfy { alone[0, $0] == whole[row, $0] })
    }
  }

  @Test func `views outside their buffer are refused`() async {
    await #expect(processExitsWith: .failure) {
      _ = Matrix(Buffer(count: 10), offset: 1, rows: 2, columns: 5)
    }
  }
}
