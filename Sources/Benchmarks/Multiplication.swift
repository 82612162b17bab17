import Foundation
import Kernels

/// Seconds one call takes.
func seconds(_ body: () throws -> Void) rethrows -> Double {
  try ContinuousClock().measure(body) / .seconds(1)
}

/// 512×512×512 `Float` product on one thread, best of 100, for every instruction set of this machine.
func multiplication() {
  let order = 512
  let factors = (0..<2).map { _ in
    Matrix(Buffer(count: order * order), rows: order, columns: order)
  }
  let product = Matrix(Buffer(count: order * order), rows: order, columns: order)
  for index in 0..<order * order {
    factors[0].buffer[index] = Float(index % 7) - 3
    factors[1].buffer[index] = Float(index % 5) - 2
  }
  for set in InstructionSet.supported {
    let scratch = Scratch(set)
    let best = (0..<100).map { _ in
      seconds { multiply(factors[0], factors[1], into: product, scratch: scratch) }
    }.min()
    if let best {
      let rate = 2 * Double(order * order * order) / best / 1e9
      print("multiply 512x512x512 float, 1 thread, \(set.name): \(rate.formatted) GFLOP/s")
    }
  }
}

extension Double {
  /// Four significant digits.
  var formatted: String { String(format: "%.4g", self) }
}
