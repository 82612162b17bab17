import Attribution
import Experiment
import Kernels
import ReferenceModels
import Synchronization
import TestSupport
import Testing
import WhiteBox

@testable import Store
@testable import Validation

/// Everything of a leaderboard but times.
private func figures(_ board: Leaderboard) -> [String] {
  board.rows.map { row in
    "\(row.method) \(row.lds as Any) \(row.further as Any) \(row.behind as Any) "
      + "\(row.ap as Any) \(row.auroc as Any) \(row.mislabelled as Any) \(row.trainings) "
      + "\(row.passes)"
  } + ["\(board.scaling) \(board.removals) \(board.decay) \(board.ceiling as Any)"]
}

/// Models that an archive has.
private func models(_ path: String) throws -> Int {
  try Connection(path: path, access: .read).integer("SELECT count(*) FROM results")
}

@Suite struct `a validation` {
  @Test func `gives the same figures on one thread and on three`() async throws {
    let one = try await validation(threads: 1).leaderboard()
    let three = try await validation(threads: 3).leaderboard()
    #expect(figures(one) == figures(three))
    #expect(one.rows.count > 20)
  }

  @Test func `that was stopped goes on and trains nothing twice`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("lab.db")
    let whole = try await validation().leaderboard()
    for limit in [20, 300] {
      let told = Atomic(0)
      await #expect(throws: CancellationError.self) {
        try await validation(archive: LossArchive(path: path)) { _, _ in
          if told.add(1, ordering: .relaxed).newValue == limit {
            withUnsafeCurrentTask { $0?.cancel() }
          }
        }.leaderboard()
      }
    }
    let kept = try models(path)
    let resumed = try await validation(archive: LossArchive(path: path)).leaderboard()
    #expect(figures(resumed) == figures(whole))
    let all = try models(path)
    #expect(kept > 200 && all > kept)
    let again = try await validation(archive: LossArchive(path: path)).leaderboard()
    #expect(figures(again) == figures(whole))
    #expect(try models(path) == all)
  }

  @Test func `ranks exact influence first and chance last on a convex task`() async throws {
    let board = try await validation(threads: 2).leaderboard()
    let lds = Dictionary(uniqueKeysWithValues: board.rows.map { ($0.method, $0.lds?.value ?? -2) })
    #expect(abs(lds["random", default: -2]) < 0.2)
    // Figures of this program on the generated rows, to notice a change; sums in another order than
    // fused multiply-adds may move them a little.
    for (method, expected) in [
      "influence": 0.885, "influence-cg": 0.885, "influence-ekfac": 0.754, "trak": 0.733,
      "daunce-hessian-design-regression": 0.625, "daunce-ridge": 0.617, "graddot": 0.584,
      "daunce-covariance": 0.470, "daunce-trak-covariance": 0.429, "knn-shapley": 0.407,
      "datamodels": 0.385, "daunce-correlation": 0.309, "banzhaf": 0.237, "shapley": 0.150,
    ] {
      #expect(abs(lds[method, default: -2] - expected) < 0.01, "\(method)")
    }
    #expect(lds["daunce-ridge", default: -2] > lds["inclusion-difference", default: 2])
    #expect(lds == lds.filter { $0.value <= (board.rows[0].lds?.value ?? -2) })
    // What retraining to convergence gives does not depend on its seed.
    #expect((board.ceiling ?? 0) > 0.999)
    for row in board.rows {
      let numbers = [row.lds?.value, row.further?.value, row.ap, row.auroc, row.mislabelled]
      #expect(numbers.allSatisfy { $0?.isFinite ?? true }, "\(row.method)")
    }
  }

  @Test func `refuses a method that nobody knows`() throws {
    var settings = smallSettings()
    settings.methods = ["influenza"]
    #expect { try validation(smallTask(), settings) } throws: { error in
      "\(error)".contains("influenza") && "\(error)".contains("influence-cg")
    }
  }

  @Test(arguments: [2, 0])
  func `refuses fewer than three retrained models`(models: Int) async throws {
    var settings = smallSettings()
    settings.truth.models = models
    await #expect(throws: ValidationError.self) {
      try await validation(smallTask(), settings).leaderboard()
    }
  }

  @Test func `refuses subsets without a member`() async throws {
    var settings = smallSettings()
    settings.truth.ratio = 0.001
    await #expect(throws: ValidationError.self) {
      try await validation(smallTask(), settings).leaderboard()
    }
  }

  @Test func `names a training that diverges`() async throws {
    var settings = smallSettings()
    settings.perturbations = [
      .loss: GradientDescent(epochs: 300, batchSize: 16, learningRate: 1e8, ridge: 1)
    ]
    await #expect(throws: ReferenceModelError.self) {
      try await validation(smallTask(), settings).leaderboard()
    }
  }

  @Test func `scores a network by every method that applies`() async throws {
    let descent = GradientDescent(
      epochs: 10,
      batchSize: 16,
      learningRate: 0.1,
      rule: .momentum(0.9),
      ridge: 1e-3
    )
    let task = smallTask(recipe: .descent(descent), hidden: [5])
    var settings = smallSettings()
    settings.damping = 0.01
    let board = try await validation(task, settings).leaderboard()
    let methods = Set(board.rows.map(\.method))
    for name in ["tracin", "sgd-influence", "source", "influence-ekfac", "banzhaf", "shapley"] {
      #expect(methods.contains(name))
    }
    // Retraining with other seeds is noisy, and the ceiling says so.
    #expect((board.ceiling ?? 1) < 0.99)
  }
}
