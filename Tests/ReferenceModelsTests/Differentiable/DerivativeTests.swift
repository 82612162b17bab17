import Kernels
import Statistics
import Testing

@testable import ReferenceModels

/// Examples of a few normal features around one centre a class.
func generatedData(count: Int, features: Int, classes: Int, seed: UInt64) -> LabelledData {
  var generator = SplitMix64(seed: seed)
  var values: [Double] = []
  var labels: [Int] = []
  for index in 0..<count {
    let label = index % classes
    labels.append(label)
    for feature in 0..<features {
      values.append(generator.normal() + (feature % classes == label ? 1 : 0))
    }
  }
  return LabelledData(
    features: DoubleMatrix(rows: count, columns: features, values: values),
    labels: labels,
    classes: classes
  )
}

/// Every family of models on a few examples, with parameters at which nothing is special.
private let families: [(name: String, model: any DifferentiableModel)] = {
  let data = generatedData(count: 7, features: 4, classes: 3, seed: 3)
  let images = generatedData(count: 4, features: 2 * 5 * 7, classes: 3, seed: 3)
  let shape = ImageShape(channels: 2, height: 5, width: 7)
  let larger = generatedData(count: 3, features: 8 * 8, classes: 2, seed: 5)
  let convolutions: [(name: String, model: ConvolutionalNetwork?)] = [
    ("one convolution", try? ConvolutionalNetwork(images, images: shape, channels: [3])),
    (
      "two convolutions",
      try? ConvolutionalNetwork(
        larger,
        images: ImageShape(channels: 1, height: 8, width: 8),
        channels: [2, 3],
        kernel: 2,
        activation: .tanh
      )
    ),
  ]
  return convolutions.compactMap { pair in pair.model.map { (pair.name, $0) } } + [
    ("softmax regression", MultilayerPerceptron(data)),
    ("tanh", MultilayerPerceptron(data, hidden: [5, 4], activation: .tanh)),
    ("relu", MultilayerPerceptron(data, hidden: [6], activation: .relu)),
    ("gelu", MultilayerPerceptron(data, hidden: [5], activation: .gelu)),
    ("every adapter", AdaptedTransformer.small(LowRankAdapter(rank: 2, alpha: 3))),
    (
      "query adapters",
      AdaptedTransformer.small(LowRankAdapter(rank: 1, alpha: 1, places: [.query]))
    ),
  ]
}()

private func point(_ count: Int, seed: UInt64) -> [Double] {
  var generator = SplitMix64(seed: seed)
  return (0..<count).map { _ in 0.5 * generator.normal() }
}

private func shifted(_ x: [Double], _ direction: [Double], by step: Double) -> [Double] {
  zip(x, direction).map { $0 + step * $1 }
}

struct DerivativeTests {
  @Test(arguments: families.indices)
  func `gradients agree with differences of losses`(family: Int) {
    let model = families[family].model
    let at = point(model.parameterCount, seed: 1)
    let members = Array(0..<model.count)
    let gradients = model.gradients(of: members, at: at)
    let margins = model.marginGradients(of: members, at: at)
    for trial in 0..<4 {
      let direction = point(at.count, seed: UInt64(10 + trial))
      let step = 1e-6
      let up = shifted(at, direction, by: step)
      let down = shifted(at, direction, by: -step)
      let losses = zip(model.losses(of: members, at: up), model.losses(of: members, at: down))
      for (member, pair) in losses.enumerated() {
        let slope = dot(Array(gradients.row(member)), direction)
        #expect(abs((pair.0 - pair.1) / (2 * step) - slope) < 1e-6 * (1 + abs(slope)))
      }
      let values = zip(model.margins(of: members, at: up), model.margins(of: members, at: down))
      for (member, pair) in values.enumerated() {
        let slope = dot(Array(margins.row(member)), direction)
        #expect(abs((pair.0 - pair.1) / (2 * step) - slope) < 1e-6 * (1 + abs(slope)))
      }
    }
  }

  @Test(arguments: families.indices)
  func `Hessian products agree with differences of gradients`(family: Int) {
    let model = families[family].model
    let at = point(model.parameterCount, seed: 2)
    let direction = point(at.count, seed: 5)
    let weights = (0..<model.count).map { 0.5 + Double($0) }
    let batch = model.batch(of: Array(0..<model.count))
    let product = batch.hessianProduct(at: at, with: direction, weights: weights)
    let step = 1e-6
    let up = batch.gradient(at: shifted(at, direction, by: step), weights: weights)
    let down = batch.gradient(at: shifted(at, direction, by: -step), weights: weights)
    for index in at.indices {
      let expected = (up[index] - down[index]) / (2 * step)
      #expect(abs(product[index] - expected) < 1e-6 * (1 + abs(expected)))
    }
  }

  @Test(arguments: families.indices)
  func `Gauss–Newton products are what the logits' Jacobian gives`(family: Int) {
    let model = families[family].model
    let at = point(model.parameterCount, seed: 2)
    let direction = point(at.count, seed: 6)
    let batch = model.batch(of: Array(0..<model.count))
    let product = batch.gaussNewtonProduct(at: at, with: direction)
    // vᵀGv = Σ over rows of the variance of Jv under the row's probabilities.
    let step = 1e-5
    let up = batch.logits(at: shifted(at, direction, by: step))
    let down = batch.logits(at: shifted(at, direction, by: -step))
    var probabilities = batch.logits(at: at)
    softmax(&probabilities)
    var expected = 0.0
    for row in 0..<up.rows {
      var mean = 0.0
      var square = 0.0
      for column in 0..<up.columns {
        let slope = (up[row, column] - down[row, column]) / (2 * step)
        mean += probabilities[row, column] * slope
        square += probabilities[row, column] * slope * slope
      }
      expected += square - mean * mean
    }
    #expect(abs(dot(product, direction) - expected) < 1e-7 * (1 + expected))
  }

  @Test func `a linear model's Hessian is its Gauss–Newton matrix`() {
    let model = MultilayerPerceptron(generatedData(count: 7, features: 4, classes: 3, seed: 3))
    let at = point(model.parameterCount, seed: 2)
    let direction = point(at.count, seed: 7)
    let batch = model.batch(of: Array(0..<model.count))
    let hessian = batch.hessianProduct(at: at, with: direction)
    let gaussNewton = batch.gaussNewtonProduct(at: at, with: direction)
    for index in at.indices { #expect(abs(hessian[index] - gaussNewton[index]) < 1e-12) }
  }

  @Test(arguments: families.indices)
  func `records of the layers make up the gradient`(family: Int) {
    let model = families[family].model
    let at = point(model.parameterCount, seed: 1)
    let batch = model.batch(of: [0, 2])
    let gradient = batch.gradient(at: at)
    let records = batch.records(at: at)
    #expect(records.map(\.layer) == model.layers)
    for record in records {
      let weights = product(record.inputs, record.gradients, transposingA: true)
      for (place, value) in weights.values.enumerated() {
        #expect(abs(gradient[record.layer.offset + place] - value) < 1e-14)
      }
    }
  }

  @Test(arguments: families.indices.prefix(6), [false, true])
  func `matrices of second derivatives agree with products`(family: Int, gaussNewton: Bool) {
    let model = families[family].model
    let at = point(model.parameterCount, seed: 2)
    let all = Array(0..<model.count)
    let matrix = model.hessian(of: all, at: at, ridge: 0.5, gaussNewton: gaussNewton)
    let batch = model.batch(of: all)
    for seed in 8..<10 {
      let direction = point(at.count, seed: UInt64(seed))
      let expected =
        gaussNewton
        ? batch.gaussNewtonProduct(at: at, with: direction)
        : batch.hessianProduct(at: at, with: direction)
      for row in at.indices {
        let sum = dot(Array(matrix.row(row)), direction)
        let truth = expected[row] / Double(model.count) + 0.5 * direction[row]
        #expect(abs(sum - truth) < 1e-10 * (1 + abs(truth)))
      }
    }
  }

  @Test(arguments: families.indices)
  func `gradients of a batch are those of its examples alone`(family: Int) throws {
    let model = families[family].model
    let at = point(model.parameterCount, seed: 1)
    let members = [model.count - 1, 1, 1, 0]
    let rows = try #require(model.batch(of: members).gradients(at: at))
    for (row, member) in members.enumerated() {
      let alone = model.batch(of: [member]).gradient(at: at)
      for (found, expected) in zip(rows.row(row), alone) { #expect(abs(found - expected) < 1e-14) }
    }
  }

  @Test func `rows that serve several examples are noticed, rearranged ones followed`() throws {
    let layer = Layer(name: "only", offset: 0, inputs: 2, outputs: 2)
    let features = DoubleMatrix(rows: 2, columns: 2, values: [1, 2, 3, 4])
    let at = point(6, seed: 1)
    func gradients(_ sources: [Int32]) -> DoubleMatrix? {
      var graph = Graph()
      let node = graph.append(.affine(graph.append(.constant(features)), layer))
      _ = graph.append(.arrangement(node, rows: 2, columns: 2, sources: sources))
      return Batch(graph: graph, labels: [0, 1]).gradients(at: at)
    }
    #expect(gradients([0, 2, 1, 3]) == nil)
    let swapped = try #require(gradients([2, 3, 0, 1]))
    // Row 1 of the features becomes example 0: its weights' gradient is 3/4 of its second input's.
    #expect(abs(swapped[0, 0] / swapped[0, 2] - 0.75) < 1e-12)
    #expect(abs(swapped[1, 0] / swapped[1, 2] - 0.5) < 1e-12)
  }

  @Test func `margins of known losses are right`() {
    for (loss, expected) in [(1e-8, 18.420681), (0.1, 2.252168), (2, -1.854587), (30, -30)] {
      #expect(abs(margin(ofLoss: loss) - expected) < 1e-6)
    }
  }
}

struct TrainingTests {
  @Test func `a fit to convergence has no gradient left, warm or cold`() throws {
    let data = generatedData(count: 60, features: 4, classes: 3, seed: 9)
    let model = MultilayerPerceptron(data)
    let all = Array(0..<60)
    let fit = ConvexFit(ridge: 1e-2, tolerance: 1e-10)
    let cold = try fit.fit(model, on: all, from: model.initialParameters(seed: 0))
    let gradient = model.batch(of: all).gradient(at: cold)
    for index in cold.indices { #expect(abs(gradient[index] / 60 + 1e-2 * cold[index]) < 1e-8) }
    let count = cold.count
    var hessian: [Double] = []
    for column in 0..<count {
      var unit = [Double](repeating: 0, count: count)
      unit[column] = 1
      var row = model.batch(of: all).hessianProduct(at: cold, with: unit).map { $0 / 60 }
      row[column] += 1e-2
      hessian += row
    }
    let half = Array(0..<30)
    let factor = try #require(CholeskyFactor(hessian, order: count))
    let warm = try fit.fit(model, on: half, from: cold, curvature: factor)
    let fresh = try fit.fit(model, on: half, from: model.initialParameters(seed: 0))
    for index in warm.indices { #expect(abs(warm[index] - fresh[index]) < 1e-7) }
  }

  @Test func `gradient descent reaches the same minimum`() throws {
    let data = generatedData(count: 30, features: 3, classes: 2, seed: 4)
    let model = MultilayerPerceptron(data)
    let all = Array(0..<30)
    let start = model.initialParameters(seed: 0)
    let exact = try ConvexFit(ridge: 0.1).fit(model, on: all, from: start)
    for rule in [GradientDescent.Rule.momentum(0), .momentum(0.9), .adam] {
      let descent = GradientDescent(
        epochs: 1500,
        batchSize: 30,
        learningRate: 0.1,
        rule: rule,
        schedule: .cosine,
        ridge: 0.1
      )
      let reached = try descent.train(model, from: start, on: all, seed: 1)
      for index in reached.indices { #expect(abs(reached[index] - exact[index]) < 1e-4) }
    }
  }

  @Test func `runs that skip an example keep the batches of the others`() throws {
    let data = generatedData(count: 12, features: 3, classes: 2, seed: 4)
    let model = MultilayerPerceptron(data)
    let descent = GradientDescent(epochs: 2, batchSize: 4, learningRate: 0.1)
    func batches(excluding: Set<Int>) throws -> [[Int]] {
      var seen: [[Int]] = []
      _ = try descent.train(
        model,
        from: model.initialParameters(seed: 0),
        on: Array(0..<12),
        excluding: excluding,
        seed: 8,
        each: { seen.append($0.members) }
      )
      return seen
    }
    let whole = try batches(excluding: [])
    #expect(whole.count == descent.steps(members: 12))
    #expect(try batches(excluding: [5]) == whole.map { $0.filter { $0 != 5 } })
  }

  @Test func `training that diverges is stopped and named`() throws {
    let data = generatedData(count: 12, features: 3, classes: 2, seed: 4)
    let model = MultilayerPerceptron(data, hidden: [4], activation: .relu)
    let descent = GradientDescent(epochs: 400, batchSize: 12, learningRate: 1e6, ridge: 1)
    #expect {
      try descent.train(model, from: model.initialParameters(seed: 0), on: Array(0..<12), seed: 1)
    } throws: {
      ($0 as? ReferenceModelError)?.code == .diverged
    }
  }
}
