import Attribution
import Experiment
import Statistics
import Testing

struct RankingTests {
  private let relevant = [true, false, true, false]

  @Test func `average precision has its hand-computed value`() throws {
    // Relevant at ranks 1 and 3: (1/1 + 2/3) / 2.
    let value = try #require(Ranking([4, 3, 2, 1]).averagePrecision(relevant))
    #expect(abs(value - 5.0 / 6) < 1e-15)
    #expect(Ranking([4, 1, 3, 2]).averagePrecision(relevant) == 1)
    #expect(Ranking([1, 2]).averagePrecision([false, false]) == nil)
    #expect(Ranking([]).averagePrecision([]) == nil)
  }

  @Test func `all ties give the expectation over random orders`() throws {
    // Six equally likely places of two relevant rows among four: 1, 5/6, 3/4, 7/12, 1/2, 5/12.
    let value = try #require(Ranking([0, 0, 0, 0]).averagePrecision(relevant))
    #expect(abs(value - (1 + 5.0 / 6 + 0.75 + 7.0 / 12 + 0.5 + 5.0 / 12) / 6) < 1e-15)
  }

  @Test(arguments: UInt64(0)..<5)
  func `ties equal the mean over many random orders`(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let scores = (0..<12).map { _ in Double(generator.below(4)) }
    let relevant = (0..<12).map { $0 == 0 || generator.below(3) == 0 }
    let draws = 20_000
    var sum = 0.0
    var precision = 0.0
    for _ in 0..<draws {
      let broken = scores.map { $0 + 0.5 * generator.uniform() }
      sum += try #require(Ranking(broken).averagePrecision(relevant))
      precision += Ranking(broken).precision(at: 5, relevant)
    }
    let expected = try #require(Ranking(scores).averagePrecision(relevant))
    #expect(abs(sum / Double(draws) - expected) < 0.006)
    #expect(
      abs(precision / Double(draws) - Ranking(scores).precision(at: 5, relevant)) < 0.006
    )
  }

  @Test func `precision counts expected hits, also through ties and past the end`() {
    #expect(Ranking([4, 3, 2, 1]).precision(at: 1, relevant) == 1)
    #expect(Ranking([4, 3, 2, 1]).precision(at: 2, relevant) == 0.5)
    #expect(Ranking([0, 0, 0, 0]).precision(at: 3, relevant) == 0.5)
    #expect(Ranking([4, 3, 2, 1]).precision(at: 10, relevant) == 0.2)
  }

  @Test func `the area under the ROC curve counts ties one half`() {
    #expect(areaUnderROC([3, 1, 2, 0], positives: [0, 2], negatives: [1, 3]) == 1)
    #expect(areaUnderROC([3, 1, 0, 2], positives: [0, 2], negatives: [1, 3]) == 0.5)
    #expect(areaUnderROC([1, 1, 1, 1], positives: [0, 2], negatives: [1, 3]) == 0.5)
    #expect(areaUnderROC([2, 1, 1, 0], positives: [0, 1], negatives: [2, 3]) == 0.875)
    #expect(areaUnderROC([1], positives: [0], negatives: []) == nil)
  }
}
