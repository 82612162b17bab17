import Kernels
import Testing

@Suite struct ScoresTests {
  /// 37 rows by 48 vectors of depth 5, with values of both signs.
  private let rows = (0..<37 * 5).map { Float($0 % 11) - 5 }
  private let weights = (0..<48 * 5).map { Float($0 % 7) - 3 }

  @Test(arguments: InstructionSet.supported.indices)
  func `products, maxima, counts and places agree with plain loops`(set: Int) {
    let scratch = Scratch(InstructionSet.supported[set])
    var scores = [Float](repeating: 0, count: 37 * 48)
    scratch.multiply(rows: rows, weights: weights, depth: 5, into: &scores)
    for row in 0..<37 {
      for vector in 0..<48 {
        let sum = (0..<5).reduce(Float(0)) { $0 + rows[row * 5 + $1] * weights[vector * 5 + $1] }
        #expect(scores[row * 48 + vector] == sum)
      }
    }

    var maxima = [Float](repeating: 9, count: 48)
    scratch.raise(&maxima, by: scores)
    for vector in 0..<48 {
      #expect(maxima[vector] == (0..<37).reduce(9) { max($0, scores[$1 * 48 + vector]) })
    }

    let lowest = Int32(bitPattern: Float(16).bitPattern) >> 15 - 4095
    var bins = [UInt32](repeating: 1, count: 4096)
    scratch.count(scores, from: lowest, in: &bins)
    var expected = [UInt32](repeating: 1, count: 4096)
    for score in scores {
      expected[Int(min(4095, max(0, Int32(bitPattern: score.bitPattern) >> 15 - lowest)))] += 1
    }
    #expect(bins == expected)
    #expect(bins[4095] > 1 && bins[0] > 1)

    let floors = (0..<48).map { Float($0) - 20 }
    let places = scratch.exceeding(floors, in: scores)
    #expect(places.map { Int($0) } == scores.indices.filter { scores[$0] > floors[$0 % 48] })
    #expect(!places.isEmpty)
  }
}
