import Glibc
package import Kernels
import Statistics

/// Training by minibatches, in double precision, on one thread.
package struct GradientDescent: Sendable, Hashable {
  /// How a step follows from the gradients.
  package enum Rule: Sendable, Hashable {
    /// Heavy ball: v ← μv + g, θ ← θ − ηv.
    case momentum(Double)
    /// Adam with β = 0.9, 0.99.
    case adam
  }

  /// How the learning rate changes over the steps.
  package enum Schedule: String, Sendable, Hashable, CaseIterable {
    case constant
    /// Linear, to a tenth.
    case linear
    /// A quarter wave, to 0.
    case cosine
  }

  /// Passes over the members.
  package var epochs: Int
  /// Members a step.
  package var batchSize: Int
  /// Learning rate at the first step.
  package var learningRate: Double
  /// How a step follows from the gradients.
  package var rule: Rule
  /// How the learning rate changes.
  package var schedule: Schedule
  /// λ of the penalty ½λ‖θ‖² that is part of every step's loss.
  package var ridge: Double

  package init(
    epochs: Int,
    batchSize: Int,
    learningRate: Double,
    rule: Rule = .momentum(0),
    schedule: Schedule = .constant,
    ridge: Double = 0
  ) {
    self.epochs = epochs
    self.batchSize = batchSize
    self.learningRate = learningRate
    self.rule = rule
    self.schedule = schedule
    self.ridge = ridge
  }

  /// What is descended: from a batch, its members and its logits to the gradient of the sum of their
  /// objectives with respect to the logits.
  package typealias Objective = @Sendable (Batch, _ members: [Int], DoubleMatrix) -> DoubleMatrix

  /// One step, as seen before it is made.
  package struct Step {
    /// Its number, from 0.
    package let index: Int
    /// Steps in all.
    package let count: Int
    /// The members whose mean gradient it descends.
    package let members: [Int]
    /// Its learning rate.
    package let learningRate: Double
    /// θ before it.
    package let parameters: [Double]
  }

  /// Number of steps that training on so many members takes.
  package func steps(members: Int) -> Int { epochs * ((members + batchSize - 1) / batchSize) }

  /// Trains on some examples.
  ///
  /// - Parameters:
  ///   - model: The model.
  ///   - start: θ to start from.
  ///   - members: Positions of the training examples.
  ///   - excluded: Members that are skipped where they come up, the others keeping their batches: the
  ///     pairing of runs that differ by a few examples.
  ///   - seed: Seed of the order.
  ///   - objective: What is descended; `nil` for the losses.
  ///   - each: Called before every step.
  /// - Returns: θ after the last step.
  /// - Throws: `ReferenceModelError` when θ stops being finite; `CancellationError`.
  package func train(
    _ model: some DifferentiableModel,
    from start: [Double],
    on members: [Int],
    excluding excluded: Set<Int> = [],
    seed: UInt64,
    objective: Objective? = nil,
    each: ((Step) throws -> Void)? = nil
  ) throws -> [Double] {
    var parameters = start
    var first = [Double](repeating: 0, count: start.count)
    var second = first
    var generator = SplitMix64(seed: seed, stream: 3)
    let count = steps(members: members.count)
    var index = 0
    for _ in 0..<epochs {
      try Task.checkCancellation()
      let order = generator.shuffled(members)
      for begin in stride(from: 0, to: order.count, by: batchSize) {
        let chosen = order[begin..<min(begin + batchSize, order.count)]
          .filter { !excluded.contains($0) }
        let rate = learningRate(step: index, of: count)
        try each?(
          Step(
            index: index,
            count: count,
            members: chosen,
            learningRate: rate,
            parameters: parameters
          )
        )
        index += 1
        if chosen.isEmpty { continue }
        let batch = model.batch(of: chosen)
        let factor = 1 / Double(chosen.count)
        let sum = batch.gradient(at: parameters) { logits in
          objective?(batch, chosen, logits) ?? batch.lossGradient(ofLogits: logits)
        }
        for place in parameters.indices {
          let gradient = sum[place] * factor + ridge * parameters[place]
          switch rule {
          case .momentum(let momentum):
            first[place] = momentum * first[place] + gradient
            parameters[place] -= rate * first[place]
          case .adam:
            first[place] = 0.9 * first[place] + 0.1 * gradient
            second[place] = 0.99 * second[place] + 0.01 * gradient * gradient
            let mean = first[place] / (1 - pow(0.9, Double(index)))
            let square = second[place] / (1 - pow(0.99, Double(index)))
            parameters[place] -= rate * mean / (square.squareRoot() + 1e-8)
          }
        }
      }
      guard parameters.allSatisfy(\.isFinite) else {
        throw ReferenceModelError(
          .diverged,
          "training diverged at learning rate \(learningRate): parameters are not finite",
          hint: "lower the learning rate"
        )
      }
    }
    return parameters
  }

  private func learningRate(step: Int, of count: Int) -> Double {
    let done = Double(step) / Double(max(1, count))
    return switch schedule {
    case .constant: learningRate
    case .linear: learningRate * (1 - 0.9 * done)
    case .cosine: learningRate * 0.5 * (1 + cos(.pi * done))
    }
  }
}
