import Attribution
import Experiment
import Kernels
import ReferenceModels
import Testing
import WhiteBox

@testable import Validation

/// What a validation leaves out, counts or makes again rather than fail or show a wrong figure.
struct ExclusionTests {
  @Test func `an estimator that needs more models has no curve, and a note says why`() async throws
  {
    var settings = smallSettings()
    settings.models = [3, 12]
    settings.methods = ["daunce-covariance", "daunce-design-regression"]
    settings.counterfactuals = nil
    settings.sensitivity = nil
    let board = try await validation(smallTask(), settings).leaderboard()
    #expect(Set(board.rows.map(\.method)) == ["daunce-covariance", "daunce-design-regression"])
    #expect(board.scaling.map(\.method) == ["daunce-covariance"])
    #expect(
      board.notes.contains { $0.hasPrefix("the growth of daunce-design-regression is not shown") }
    )
  }

  @Test func `controls have names of their own beside methods of the same name`() async throws {
    var settings = smallSettings()
    settings.methods = ["random", "same-label"]
    settings.counterfactuals = ValidationSettings.Counterfactuals(
      methods: ["random", "same-label"],
      queries: 20,
      removal: ValidationSettings.Counterfactuals.RemovalTest(sizes: [2, 5], seeds: 1)
    )
    settings.sensitivity = nil
    let board = try await validation(smallTask(), settings).leaderboard()
    #expect(
      Set(board.removals.map(\.method)) == [
        "random", "random, lowest", "same-label", "same-label, lowest", "random, control",
        "same-label, control",
      ]
    )
    #expect(board.removals.allSatisfy { $0.sizes == [2, 5] && $0.rise.count == 2 })
  }

  @Test func `impossible settings are refused before anything is trained`() throws {
    let possible = smallSettings()
    try possible.check(smallTask())
    var settings = possible
    settings.further?.ratio = 0.001
    #expect(throws: ValidationError.self) { try settings.check(smallTask()) }
    settings = possible
    settings.truth.ratio = 1
    #expect(throws: ValidationError.self) { try settings.check(smallTask()) }
    settings = possible
    settings.ratio = 0.004
    #expect(throws: ValidationError.self) { try settings.check(smallTask()) }
    settings = possible
    settings.truth.models = 5
    try settings.check(smallTask())
    settings.threshold = .hard
    #expect(throws: ValidationError.self) { try settings.check(smallTask()) }
    settings = possible
    settings.sensitivity?.size = 60
    #expect(throws: ValidationError.self) { try settings.check(smallTask()) }
    var task = smallTask()
    task.queries = []
    #expect { try possible.check(task) } throws: { "\($0)".contains("it has no queries") }
  }
}
