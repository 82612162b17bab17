import Statistics
import Testing

struct SplitHalfTests {
  @Test func `two readings give the formula of Spearman and Brown`() throws {
    let value = try #require(splitHalfReliability(of: [[1, 2, 3], [1, 3, 2]]))
    #expect(abs(value - 2 * 0.5 / 1.5) < 1e-12)
    #expect(splitHalfReliability(of: [[1, 2, 3], [3, 2, 1]]) == 0)
  }

  @Test func `three readings are stepped up from one to three`() throws {
    // Pairs correlate by 0.5, 1 and 0.5: mean 2/3, so 3·(2/3) / (1 + 2·(2/3)).
    let value = try #require(splitHalfReliability(of: [[1, 2, 3], [1, 3, 2], [1, 3, 2]]))
    #expect(abs(value - 2 / (1 + 4.0 / 3)) < 1e-12)
  }

  @Test func `one reading and constant readings have none, equal ones are fully reliable`() throws {
    #expect(splitHalfReliability(of: []) == nil)
    #expect(splitHalfReliability(of: [[1, 2, 3]]) == nil)
    #expect(splitHalfReliability(of: [[1, 1, 1], [1, 2, 3]]) == nil)
    let equal = try #require(
      splitHalfReliability(of: [[1, 5, 3], [1, 5, 3], [1, 5, 3], [1, 5, 3]])
    )
    #expect(abs(equal - 1) < 1e-12)
  }
}
