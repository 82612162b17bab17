import Foundation
import Testing

@testable import Kernels

struct RowsTests {
  static func row(_ values: [Float]) -> Matrix {
    let matrix = Matrix(Buffer(count: values.count), rows: 1, columns: values.count)
    for (index, value) in values.enumerated() { matrix[0, index] = value }
    return matrix
  }

  @Test(arguments: InstructionSet.supported.indices, [1, 15, 16, 17, 40])
  func `attention weights are a causal softmax with linear bias`(set: Int, width: Int) {
    let position = width - 1 - width / 4
    let s = filled(1, width, seed: UInt64(width))
    let expected = (0...position).map {
      exp(Double(s[0, $0]) * 0.7 - 0.25 * Double(position - $0))
    }
    let total = expected.reduce(0, +)
    attentionWeights(
      s,
      positions: [position],
      scale: 0.7,
      slope: 0.25,
      set: InstructionSet.supported[set]
    )
    for index in 0..<width {
      let wanted = index <= position ? expected[index] / total : 0
      // exp is good to 2e-7, the sum and product round a few times more.
      #expect(abs(Double(s[0, index]) - wanted) <= 1e-6 * wanted)
    }
  }

  @Test(arguments: InstructionSet.supported.indices)
  func `gelu and its gradient follow the formula on the whole range`(set: Int) {
    let set = InstructionSet.supported[set]
    let inputs = stride(from: Float(-30), through: 30, by: 0.37).map { $0 }
    let x = Self.row(inputs)
    let y = Self.row(inputs)
    gelu(x, into: y, set: set)
    let slope = Self.row(inputs.map { _ in 1 })
    geluGradient(slope, x: x, into: slope, set: set)
    func value(_ x: Double) -> Double {
      0.5 * x * (1 + tanh((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
    for (index, input) in inputs.enumerated() {
      let x = Double(input)
      let derivative = (value(x + 1e-5) - value(x - 1e-5)) / 2e-5
      #expect(abs(Double(y[0, index]) - value(x)) <= 1e-6 * max(1, abs(x)))
      #expect(abs(Double(slope[0, index]) - derivative) <= 3e-6 * max(1, abs(x)))
    }
  }

  @Test(arguments: InstructionSet.supported.indices)
  func `cross entropy gives log-probabilities and softmax minus one-hot`(set: Int) {
    let set = InstructionSet.supported[set]
    let logits = Self.row([1, -2, 0.5, 300, -300, 4])
    let untouched = (0..<6).map { Double(logits[0, $0]) }
    let result = crossEntropy(logits, targets: [5], factors: [2], set: set)
    #expect(abs(Double(result[0]) + 296) < 1e-4)
    let total = untouched.map { exp($0 - 300) }.reduce(0, +)
    for index in 0..<6 {
      let p = exp(untouched[index] - 300) / total
      #expect(abs(Double(logits[0, index]) - 2 * (p - (index == 5 ? 1 : 0))) < 1e-6)
    }
    let certain = crossEntropy(Self.row([90, 0]), targets: [0], factors: nil, set: set)
    #expect(certain[0] == 0)
  }

  @Test func `normalised rows have unit root mean square`() {
    let x = filled(3, 37, seed: 9)
    let y = Matrix(Buffer(count: 3 * 37), rows: 3, columns: 37)
    let inverse = Matrix(Buffer(count: 3), rows: 3, columns: 1)
    normalise(
      x,
      gain: Self.row([Float](repeating: 2, count: 37)),
      into: y,
      inverse: inverse
    )
    for row in 0..<3 {
      let square = (0..<37).reduce(0.0) { $0 + Double(y[row, $1] * y[row, $1]) } / 37
      // The gain is 2; ε of 1e-5 lowers the result a little.
      #expect(abs(square.squareRoot() - 2) < 1e-3)
    }
  }

  @Test func `the first step of AdamW moves every weight by the learning rate`() {
    let weights = Buffer(count: 3)
    weights.assign([1, -1, 0.5])
    let gradient = Buffer(count: 3)
    gradient.assign([5, -0.01, 0])
    AdamW(count: 3, decay: 0).update(weights, gradient: gradient, scale: 1, learningRate: 0.1)
    let expected: [Float] = [0.9, -0.9, 0.5]
    for (value, wanted) in zip(weights.array, expected) { #expect(abs(value - wanted) < 1e-5) }
  }

  @Test func `AdamW follows its recurrence and decays weights apart from gradients`() {
    let weights = Buffer(count: 1)
    weights.assign([2])
    let optimiser = AdamW(count: 1, decay: 0.1)
    let gradient = Buffer(count: 1)
    var (w, m, v) = (2.0, 0.0, 0.0)
    for step in 1...5 {
      let g = Double(step) - 2.5
      gradient.assign([Float(g)])
      optimiser.update(weights, gradient: gradient, scale: 0.5, learningRate: 0.01)
      m = 0.9 * m + 0.1 * g * 0.5
      v = 0.99 * v + 0.01 * g * g * 0.25
      let mean = m / (1 - pow(0.9, Double(step)))
      let square = v / (1 - pow(0.99, Double(step)))
      w = w * (1 - 0.01 * 0.1) - 0.01 * mean / (square.squareRoot() + 1e-8)
    }
    #expect(abs(Double(weights[0]) - w) < 1e-5)
  }

  @Test func `bytes round-trip`() {
    let buffer = Buffer(count: 4)
    buffer.assign([1, -0.0, .leastNonzeroMagnitude, 3.5])
    let copy = Buffer(count: 4)
    copy.assign(bytes: buffer.bytes[...])
    #expect(copy.array.map(\.bitPattern) == buffer.array.map(\.bitPattern))
    #expect(Array(buffer.bytes.prefix(4)) == [0, 0, 0x80, 0x3F])
  }
}
