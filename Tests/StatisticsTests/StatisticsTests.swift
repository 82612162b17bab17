import Statistics
import Testing

struct StatisticsTests {
  @Test func `moments of few values are 0 rather than NaN`() {
    #expect(mean(of: []) == 0)
    #expect(variance(of: []) == 0)
    #expect(variance(of: [3]) == 0)
    #expect(variance(of: [1, 2, 3, 4]) == 5.0 / 3)
    #expect(standardDeviation(of: [2, 2, 2]) == 0)
  }

  @Test func `variance survives a large offset`() {
    #expect(abs(variance(of: [1e9 + 1, 1e9 + 2, 1e9 + 3]) - 1) < 1e-9)
  }

  @Test func `ties share their mean rank`() {
    #expect(averageRanks(of: []) == [])
    #expect(averageRanks(of: [5]) == [1])
    #expect(averageRanks(of: [3, 1, 3, 2, 3]) == [4, 1, 4, 2, 4])
    #expect(averageRanks(of: [0, 0]) == [1.5, 1.5])
  }

  @Test func `correlations of constants are nil`() {
    #expect(pearson([], []) == nil)
    #expect(pearson([1], [2]) == nil)
    #expect(pearson([0.1, 0.1, 0.1], [1, 2, 3]) == nil)
    #expect(spearman([1, 2, 3], [4, 4, 4]) == nil)
  }

  @Test func `correlations have their closed forms`() throws {
    let value = try #require(pearson([1, 2, 3], [1, 3, 2]))
    #expect(abs(value - 0.5) < 1e-15)
    let opposite = try #require(pearson([1, 2, 3], [-2, -4, -6]))
    #expect(abs(opposite + 1) < 1e-15)
    let same = try #require(spearman([1, 10, 100], [2, 3, 4]))
    #expect(abs(same - 1) < 1e-15)
    // scipy.stats.spearmanr([1, 2, 2, 4], [3, 1, 2, 4]) (SciPy 1.17).
    let tied = try #require(spearman([1, 2, 2, 4], [3, 1, 2, 4]))
    #expect(abs(tied - 0.3162277660168379) < 1e-15)
  }

  @Test func `quantiles interpolate between order statistics`() {
    #expect(quantile(0.5, of: []) == nil)
    #expect(quantile(0.9, of: [7]) == 7)
    #expect(quantile(0.5, of: [4, 1, 3, 2]) == 2.5)
    #expect(quantile(0.25, of: [0, 1, 2, 3, 4]) == 1)
    #expect(quantile(2, of: [0, 1]) == 1)
    #expect(percentileInterval(level: 0.5, of: [4, 0, 3, 1, 2]) == 1...3)
    #expect(percentileInterval(level: 0.5, of: []) == nil)
  }

  @Test func `the generator's stream never changes`() {
    // First outputs of SplitMix64 with seed 1234567, from the reference implementation in C.
    var generator = SplitMix64(seed: 1_234_567)
    #expect(generator.next() == 6_457_827_717_110_365_317)
    #expect(generator.next() == 3_203_168_211_198_807_973)
    #expect(generator.sample(5, of: 5) == [0, 1, 2, 3, 4])
  }
}
