import Experiment
import Statistics
import Testing

@testable import Attribution

struct TriageTests {
  private let design = SubsetDesign.against([[1, 4], [2]], of: 9, seeds: 2, seed: 4)

  private func matrix(_ queries: [[Double?]]) -> LossMatrix {
    var matrix = LossMatrix(
      models: design.subsets.indices.map { "m\($0)" },
      train: (0..<9).map { "t\($0)" },
      queries: queries[0].indices.map { "q\($0)" }
    )
    for (model, row) in queries.enumerated() {
      for (query, value) in row.enumerated() {
        matrix[model: model, column: matrix.column(query: query)] = value.map { .measured($0) }
      }
    }
    return matrix
  }

  @Test func `a design holds θ0, then a step against every set with each seed`() {
    #expect(design.subsets.map(\.members) == [[], [1, 4], [2], [1, 4], [2]])
    #expect(design.subsets[1].weights == [-1, -1] && design.start == .target)
    #expect(design.subsets[1].seed == design.subsets[2].seed)
    #expect(design.subsets[1].seed != design.subsets[3].seed)
  }

  @Test func `the set whose step raises the queries' losses most comes first`() throws {
    let losses = matrix([[1, 1, 5], [2, 2, 5], [4, 4, 5], [1, nil, 5], [2, 4, 5]])
    let found = Verdict.Triage.all(losses: losses, design: design, queries: [0, 1])
    #expect(found.map(\.rows) == [[2], [1, 4]])
    // The third query stays where it is, so nothing is taken off.
    #expect(found.map(\.rise) == [2.5, 0.5])
    #expect(found[0].interval == meanInterval(level: 0.95, of: [3, 2]))
    let other = Verdict.Triage.all(losses: losses, design: design, queries: [2])
    #expect(other.map(\.rise) == [-0.5, -2.5] && other.map(\.rows) == [[1, 4], [2]])
  }

  @Test func `nothing is said without θ0's losses, or of a set without any`() {
    let none = matrix([[nil], [2], [4], [1], [2]])
    #expect(Verdict.Triage.all(losses: none, design: design, queries: [0]).isEmpty)
    let some = matrix([[1], [nil], [4], [nil], [nil]])
    let found = Verdict.Triage.all(losses: some, design: design, queries: [0])
    #expect(found.map(\.rows) == [[2]] && found[0].interval == nil)
  }

  @Test func `agreement with removal is the rank correlation over three clusters or more`() {
    func verdict(_ shares: [Double]) -> Verdict {
      Verdict(
        finding: .cause,
        reason: "r",
        clusters: shares.enumerated().map { place, share in
          Verdict.Cluster(
            cluster: SuspectCluster(name: "\(place)", rows: [place], sources: []),
            effect: nil,
            share: Verdict.Effect(value: share, low: 0, high: 1),
            isGivenBack: true,
            finding: .cause
          )
        }
      )
    }
    let triage = [0.5, 0.3, 0.1, 0].enumerated().map {
      Verdict.Triage(rows: [$0], rise: $1, interval: nil)
    }
    var found = verdict([0.9, 0.4, 0, 0.1])
    found.add(triage)
    // Ranks 4 3 2 1 and 4 3 1 2: 1 − 6·2/(4·15).
    #expect(abs((found.triageAgreement ?? 0) - 0.8) < 1e-12)
    var few = verdict([0.9, 0.4])
    few.add(triage)
    #expect(few.triageAgreement == nil && few.triage == triage)
  }
}
