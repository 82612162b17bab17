import Glibc
import Kernels
import Statistics
import Testing

@testable import ReferenceModels

/// Three examples of four classes, before and after some training.
private let (batch, before, after, xi): (Batch, DoubleMatrix, DoubleMatrix, [Double]) = {
  var generator = SplitMix64(seed: 5)
  func logits() -> DoubleMatrix {
    DoubleMatrix(rows: 3, columns: 4, values: (0..<12).map { _ in generator.normal() })
  }
  return (Batch(graph: Graph(), labels: [2, 0, 3]), logits(), logits(), [0.2, 0.9, 0.6])
}()

/// The sum of the objectives as Table 1 and Table 2 print them.
private func value(_ objective: PerturbedObjective, _ logits: DoubleMatrix) -> Double {
  let losses = batch.losses(ofLogits: logits)
  let first = batch.losses(ofLogits: before)
  let base = batch.lossGradient(ofLogits: before)
  return (0..<3).reduce(0.0) { sum, row in
    var linear = 0.0
    for column in 0..<4 {
      linear += base[row, column] * (logits[row, column] - before[row, column])
    }
    let (f, f0) = (margin(ofLoss: losses[row]), margin(ofLoss: first[row]))
    let slope = 1 / expm1(-first[row])
    let sign = 2 * xi[row] - 1
    return sum
      + {
        switch objective {
        case .hessian: losses[row] - first[row] - 2 * xi[row] * linear
        case .empiricalFisher: 0.5 * pow(losses[row] - first[row], 2) - sign * linear
        case .trak: 0.5 * pow(f - f0, 2) - sign * slope * linear
        case .loss: losses[row]
        case .squaredLoss: 0.5 * pow(losses[row], 2)
        case .squaredMargin: 0.5 * pow(f, 2)
        }
      }()
  }
}

struct PerturbedObjectiveTests {
  @Test(arguments: PerturbedObjective.allCases)
  func `gradients are those of the printed objectives`(objective: PerturbedObjective) {
    let gradient = objective.gradient(batch: batch, logits: after, reference: before, xi: xi)
    for place in after.values.indices {
      var up = after
      var down = after
      up.values[place] += 1e-6
      down.values[place] -= 1e-6
      let slope = (value(objective, up) - value(objective, down)) / 2e-6
      #expect(abs(gradient.values[place] - slope) < 1e-7 * (1 + abs(slope)))
    }
  }

  @Test func `the Hessian version is signed fine-tuning plus distillation to the start`() {
    // ⟨p⁰ − e_y, z − z⁰⟩ = (L − L⁰) − KL(p⁰ ‖ p), row by row.
    var (p, q) = (before, after)
    softmax(&p)
    softmax(&q)
    let losses = batch.losses(ofLogits: after)
    let first = batch.losses(ofLogits: before)
    var expected = 0.0
    for row in 0..<3 {
      let divergence = (0..<4).reduce(0.0) { $0 + p[row, $1] * log(p[row, $1] / q[row, $1]) }
      expected += (1 - 2 * xi[row]) * (losses[row] - first[row]) + 2 * xi[row] * divergence
    }
    #expect(abs(value(.hessian, after) - expected) < 1e-12)
  }

  @Test(arguments: [PerturbedObjective.hessian, .empiricalFisher, .trak])
  func `weighted objectives leave θ0 by the random weights alone`(objective: PerturbedObjective) {
    let gradient = objective.gradient(batch: batch, logits: before, reference: before, xi: xi)
    let base = batch.lossGradient(ofLogits: before)
    let losses = batch.losses(ofLogits: before)
    for row in 0..<3 {
      let slope = objective == .trak ? 1 / expm1(-losses[row]) : 1
      for column in 0..<4 {
        let expected = (1 - 2 * xi[row]) * slope * base[row, column]
        #expect(abs(gradient[row, column] - expected) < 1e-12)
      }
    }
  }
}
