import Experiment
import Kernels
import ReferenceModels
import Statistics
import Synchronization
import WhiteBox

/// Trains a subject's models, as many side by side as there are threads, each at most once.
///
/// A training runs on one thread and depends on nothing but itself, so results do not depend on how
/// many threads there are or on what finishes first.
package final class Workshop: Sendable {
  /// What is studied.
  package let subject: Subject
  /// θ0: trained on all N examples.
  package let target: [Double]
  /// The losses of θ0: N training examples, then Q queries.
  package let targetLosses: [Double]
  /// Seed of the target's training.
  package let seed: UInt64
  /// Seconds spent in `results` so far: of the clock, and of one core for what was trained.
  let spent = Mutex((clock: 0.0, core: 0.0))
  private let threads: Int
  private let shelf: (any TrainingShelf)?
  private let curvature: CholeskyFactor?
  private let observer: @Sendable (_ done: Int, _ total: Int) -> Void

  /// Trains the target.
  ///
  /// - Parameters:
  ///   - subject: What is studied.
  ///   - seed: Seed of the target's training.
  ///   - threads: Trainings that run side by side, at least 1.
  ///   - shelf: Where results are kept.
  ///   - observer: Told after each training how many of the stretch are done.
  /// - Throws: `ReferenceModelError` when training diverges; `CancellationError`.
  package init(
    _ subject: Subject,
    seed: UInt64,
    threads: Int,
    shelf: (any TrainingShelf)? = nil,
    observer: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    keepFreedMemory()
    guard !subject.train.isEmpty, !subject.queries.isEmpty else {
      throw ValidationError(
        "cannot study '\(subject.name)'",
        cause: subject.train.isEmpty ? "it has no training examples" : "it has no queries",
        hint: "give it some in 'data'"
      )
    }
    let training = Self.training(of: subject, seed: seed)
    let start = subject.model.initialParameters(seed: seed)
    (target, targetLosses) = try Self.train(training, subject, from: start)
    curvature = Self.curvature(of: subject, at: target)
    self.subject = subject
    self.seed = seed
    self.threads = max(1, threads)
    self.shelf = shelf
    self.observer = observer
  }

  /// The training that made the target.
  static func training(of subject: Subject, seed: UInt64) -> Training {
    Training(
      start: .initial,
      members: Array(subject.train.indices),
      seed: seed,
      recipe: subject.recipe
    )
  }

  /// The losses that trainings give, in their order.
  ///
  /// - Parameter trainings: What to train; what is on the shelf is not trained again.
  /// - Returns: One result a training.
  /// - Throws: `ReferenceModelError` when one diverges; `CancellationError`; the shelf's errors.
  package func results(of trainings: [Training]) async throws -> [TrainingResult] {
    let clock = ContinuousClock()
    let begin = clock.now
    var results = [TrainingResult?](repeating: nil, count: trainings.count)
    var waiting: [(index: Int, key: String)] = []
    for (index, training) in trainings.enumerated() {
      let key = try training.key(of: subject, targetSeed: seed)
      let kept = try shelf?.result(for: key)
      // A damaged one is made again.
      if kept?.losses.count == targetLosses.count { results[index] = kept }
      if results[index] == nil { waiting.append((index, key)) }
    }
    var done = trainings.count - waiting.count
    observer(done, trainings.count)
    let failure = await withTaskGroup(of: (Int, Result<TrainingResult, any Error>).self) { group in
      var next = 0
      func start() {
        guard next < waiting.count else { return }
        let (index, key) = waiting[next]
        next += 1
        group.addTask(executorPreference: ArithmeticThreads.shared) { [self] in
          let outcome = Result {
            let result = try perform(trainings[index])
            try shelf?.keep(result, for: key)
            return result
          }
          return (index, outcome)
        }
      }
      for _ in 0..<threads { start() }
      var failure: (index: Int, error: any Error)?
      while let (index, outcome) = await group.next() {
        switch outcome {
        case .success(let result):
          results[index] = result
          done += 1
          observer(done, trainings.count)
          if failure == nil { start() }
        case .failure(let error):
          // What was started before it is waited for: of several failures, the first in order counts.
          if index < failure?.index ?? .max { failure = (index, error) }
        }
      }
      return failure?.error
    }
    if let failure { throw failure }
    let found = results.compactMap(\.self)
    spent.withLock { spent in
      spent.clock += (clock.now - begin) / .seconds(1)
      spent.core += found.reduce(0) { $0 + $1.seconds }
    }
    return found
  }

  private func perform(_ training: Training) throws -> TrainingResult {
    let clock = ContinuousClock()
    let begin = clock.now
    let start =
      training.start == .target ? target : subject.model.initialParameters(seed: training.seed)
    let (_, losses) = try Self.train(
      training,
      subject,
      from: start,
      target: target,
      curvature: curvature
    )
    return TrainingResult(losses: losses, seconds: (clock.now - begin) / .seconds(1))
  }

  /// Trains one model and reads it; one that diverged is refused by name.
  private static func train(
    _ training: Training,
    _ subject: Subject,
    from start: [Double],
    target: [Double]? = nil,
    curvature: CholeskyFactor? = nil
  ) throws -> (parameters: [Double], losses: [Double]) {
    do {
      let parameters = try fit(training, subject, from: start, target: target, curvature: curvature)
      let losses = subject.model.losses(of: subject.train + subject.queries, at: parameters)
      guard losses.allSatisfy(\.isFinite) else {
        throw ReferenceModelError(
          .diverged,
          "the loss of an example is not finite",
          hint: "scale the features down, or lower the learning rate"
        )
      }
      let level = mean(of: Array(losses.prefix(subject.train.count)))
      // Parameters may stay finite on the way: no model that learns is as sure of a wrong answer.
      guard level < 1e6 else {
        throw ReferenceModelError(
          .diverged,
          "training diverged: the mean loss is \(level) nats",
          hint: "lower the learning rate"
        )
      }
      return (parameters, losses)
    } catch let error as ReferenceModelError where error.code == .diverged {
      throw ReferenceModelError(
        .diverged,
        "cannot train \(target == nil ? "the target" : training.words): \(error.description)",
        hint: error.hint
      )
    }
  }

  private static func fit(
    _ training: Training,
    _ subject: Subject,
    from start: [Double],
    target: [Double]?,
    curvature: CholeskyFactor?
  ) throws -> [Double] {
    let members = training.members.map { subject.train[$0] }
    switch training.recipe {
    case .convergence(let fit):
      let excluded = Set(training.excluded.map { subject.train[$0] })
      return try fit.fit(
        subject.model,
        on: members.filter { !excluded.contains($0) },
        // The minimum does not depend on where the search begins.
        from: target ?? start,
        curvature: curvature
      )
    case .descent(let descent):
      return try descent.train(
        subject.model,
        from: start,
        on: members,
        excluding: Set(training.excluded.map { subject.train[$0] }),
        seed: training.seed,
        objective: training.objective.descent(
          from: target ?? start,
          xi: xi(seed: training.seed, count: subject.model.count)
        )
      )
    }
  }

  /// The target's factored Hessian, which lets convex fits take a few steps; `nil` where it is of no
  /// use or too large.
  private static func curvature(of subject: Subject, at target: [Double]) -> CholeskyFactor? {
    guard case .convergence(let fit) = subject.recipe, target.count <= 2000 else { return nil }
    return CholeskyFactor(
      subject.model.hessian(of: subject.train, at: target, ridge: fit.ridge).values,
      order: target.count
    )
  }
}

/// ξ ~ U(0, 1) of every example of one perturbed model.
func xi(seed: UInt64, count: Int) -> [Double] {
  var generator = SplitMix64(seed: seed, stream: 7)
  return (0..<count).map { _ in generator.uniform() }
}
