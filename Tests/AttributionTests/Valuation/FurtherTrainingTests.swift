import Attribution
import Experiment
import Statistics
import Testing

struct FurtherTrainingTests {
  /// Losses of two seeds, three left-out sets and two queries.
  private let losses: [[[Double]]] = [
    [[1.0, 5], [2, 5], [6, 5]],
    [[11.0, 4], [14, 4], [14, 4]],
  ]
  private let leftOut = ["a", "b", "c"]
  private let queries = ["p", "q"]

  @Test func `the mean over left-out sets is taken out for each seed and query`() throws {
    let result = try FurtherTraining(losses: losses, leftOut: leftOut, queries: queries)
    // Seed 0: −2, −1, 3. Seed 1: −2, 1, 1.
    #expect(distance(result.effects.values, [-2, 0, 2, 0, 0, 0]) < 1e-14)
    #expect(result.effects.train == leftOut)
    let errors = try #require(result.standardErrors)
    #expect(distance(errors, [0, 1, 1, 0, 0, 0]) < 1e-14)
    // Ranks 1, 2, 3 and 1, 2.5, 2.5 correlate by √3/2.
    let shared = 3.0.squareRoot() / 2
    #expect(abs(try #require(result.reliability) - 2 * shared / (1 + shared)) < 1e-12)
    #expect(result.seeds == 2)
  }

  @Test func `a full run is subtracted, and cancels once effects are centred`() throws {
    let full = [[1.0, 4], [10, 4]]
    let result = try FurtherTraining(
      losses: losses,
      full: full,
      leftOut: leftOut,
      queries: queries
    )
    #expect(distance(result.effects.values, [0.5, 2.5, 4.5, 0.5, 0.5, 0.5]) < 1e-14)
    let centred = try FurtherTraining(losses: losses, leftOut: leftOut, queries: queries)
    let row = Array(result.effects.row(query: 0))
    #expect(distance(row.map { $0 - mean(of: row) }, centred.effects.row(query: 0)) < 1e-14)
  }

  @Test func `pairing takes out what a seed does to all sets`() throws {
    var generator = SplitMix64(seed: 1)
    let effects = [0.3, -0.1, 0, 0.2, -0.4]
    let noisy = (0..<6).map { _ -> [[Double]] in
      let drift = 100 * generator.normal()
      return effects.map { [drift + $0] }
    }
    let result = try FurtherTraining(
      losses: noisy,
      leftOut: ["a", "b", "c", "d", "e"],
      queries: ["q"]
    )
    #expect(distance(result.effects.values, effects) < 1e-12)
    #expect(abs((result.reliability ?? 0) - 1) < 1e-12)
  }

  @Test func `missing, ragged and diverged runs are errors`() {
    func code(
      _ losses: [[[Double]]],
      _ full: [[Double]]? = nil,
      _ leftOut: [String] = ["a", "b"]
    ) -> AttributionError.Code? {
      do {
        _ = try FurtherTraining(losses: losses, full: full, leftOut: leftOut, queries: ["q"])
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code([[[1], [2]]]) == nil)
    #expect(code([]) == .tooFewModels)
    #expect(code([[[1]]], nil, ["a"]) == .tooFewModels)
    #expect(code([[[1]]], [[1]], ["a"]) == nil)
    #expect(code([[[1], [2]], [[1]]]) == .mismatch)
    #expect(code([[[1], [2, 3]]]) == .mismatch)
    #expect(code([[[1], [2]]], [[1], [1]]) == .mismatch)
    #expect(code([[[1], [.nan]]]) == .notFinite)
    #expect(code([[[1], [2]]], [[.infinity]]) == .notFinite)
  }
}
