import Experiment
import Kernels
import Testing

@testable import ReferenceModels

private func task(_ recipe: Recipe, hidden: [Int] = []) -> LearningTask {
  var wanted = GeneratedRecipe()
  wanted.train = 60
  wanted.queries = 6
  wanted.features = 8
  wanted.classes = 3
  let made = LabelledData.generated(wanted, seed: 4)
  return LearningTask(
    name: "small",
    model: MultilayerPerceptron(made.data, hidden: hidden),
    train: Array(0..<60),
    queries: Array(60..<66),
    labelled: made.data,
    recipe: recipe
  )
}

private func descent(_ rate: Double, epochs: Int = 2) -> Recipe {
  .descent(GradientDescent(epochs: epochs, batchSize: 16, learningRate: rate))
}

private func key(_ maker: SubsetTrainer) -> String {
  var key = ContentKey("test", version: 1)
  maker.add(to: &key)
  return key.text
}

private let all = Subset(seed: 1, members: Array(0..<60))

struct SubsetTrainerTests {
  @Test func `training on everything from the base is how the target came about`() throws {
    let target = try TargetModel(task(descent(0.1), hidden: [4]), seed: 1)
    let trainer = SubsetTrainer(target)
    #expect(try trainer.losses(of: all, from: .base) == target.losses)
    #expect(try trainer.losses(of: all, from: .target) != target.losses)
    let other = Subset(seed: 2, members: all.members)
    #expect(try trainer.losses(of: other, from: .base) != target.losses)
  }

  @Test func `without members the start itself is read`() throws {
    let target = try TargetModel(task(.convergence(ConvexFit(ridge: 0.01))), seed: 1)
    let none = Subset(seed: 1, members: [])
    #expect(try SubsetTrainer(target).losses(of: none, from: .target) == target.losses)
    let untrained = try SubsetTrainer(target).losses(of: none, from: .base)
    #expect(untrained.allSatisfy { abs($0 - 1.0986122886681098) < 1e-12 })
  }

  @Test func `what is excluded in place leaves the others in their batches`() throws {
    let target = try TargetModel(task(descent(0.1)), seed: 1)
    let onwards = GradientDescent(epochs: 2, batchSize: 16, learningRate: 0.1)
    let trainer = SubsetTrainer(target, recipe: .descent(onwards))
    let rest = Array(1..<60)
    let paired = Subset(seed: 1, members: rest, excluded: [0])
    let expected = try onwards.train(
      target.task.model,
      from: target.parameters,
      on: all.members,
      excluding: [0],
      seed: 1
    )
    #expect(try trainer.parameters(of: paired, from: .target) == expected)
    let apart = Subset(seed: 1, members: rest)
    #expect(try trainer.parameters(of: apart, from: .target) != expected)
  }

  @Test func `a target's key has all that decides it, and a trainer's all of both`() throws {
    let task = task(descent(0.1))
    let target = try TargetModel(task, seed: 1)
    #expect(key(SubsetTrainer(target)) == key(SubsetTrainer(try TargetModel(task, seed: 1))))
    let others = [
      SubsetTrainer(try TargetModel(task, seed: 2)), SubsetTrainer(target, recipe: descent(0.2)),
      SubsetTrainer(target, objective: .hessian),
      SubsetTrainer(try TargetModel(ReferenceModelsTests.task(descent(0.1), hidden: [2]), seed: 1)),
      SubsetTrainer(
        try TargetModel(ReferenceModelsTests.task(.convergence(ConvexFit(ridge: 0.01))), seed: 1)
      ),
    ]
    #expect(Set(([SubsetTrainer(target)] + others).map(key)).count == others.count + 1)
  }

  @Test(arguments: [1e9, 1e12])
  func `a training that diverges is named`(rate: Double) throws {
    let target = try TargetModel(task(.convergence(ConvexFit(ridge: 0.01))), seed: 1)
    let trainer = SubsetTrainer(target, recipe: descent(rate, epochs: 3))
    let error = #expect(throws: ReferenceModelError.self) {
      try trainer.losses(of: all, from: .target)
    }
    // Parameters may stay finite and hide nothing.
    #expect(error?.code == .diverged)
    #expect(
      error?.description.hasPrefix("cannot train the target further on 60 examples: ") == true
    )
    #expect(error?.hint != nil)
  }

  @Test func `a target that diverges is named`() {
    let error = #expect(throws: ReferenceModelError.self) {
      try TargetModel(task(descent(1e12)), seed: 1)
    }
    #expect(error?.description.hasPrefix("cannot train the target: ") == true)
  }
}
