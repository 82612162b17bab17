import Experiment
import Testing

@testable import Attribution

struct RowCheckTests {
  private func cluster(_ name: String, _ rows: [Int]) -> SuspectCluster {
    SuspectCluster(name: name, rows: rows, sources: ["scores"])
  }

  @Test
  func `a row of the cause that keeps its output is innocent, one outside that loses it is not`() {
    // Queries fall from .9 to .1, so the middle is .5.
    let check = RowCheck(
      culprits: [0, 1, 2],
      with: [0.9, 0.9, 0.3, 0.9, 0.9, 0.3, nil],
      without: [0.1, 0.8, 0.9, 0.2, 0.7, 0.1, 0.1],
      queries: (0.9, 0.1)
    )
    #expect(check.innocent == [1])
    #expect(check.accomplices == [3])
    let corrected = check.corrected([cluster("few", [1]), cluster("many", [0, 2])])
    #expect(corrected.map(\.name) == ["many"])
    #expect(corrected[0].rows == [0, 2, 3] && corrected[0].sources == ["scores", "own output"])
  }

  @Test func `a verdict keeps what the proof before it found beside the cause`() {
    func verdict(_ finding: Verdict.Finding, _ clusters: [(SuspectCluster, Verdict.Finding)])
      -> Verdict
    {
      Verdict(
        finding: finding,
        reason: "r",
        clusters: clusters.map {
          Verdict.Cluster(cluster: $0, effect: nil, share: nil, isGivenBack: true, finding: $1)
        },
        jobs: 4
      )
    }
    let check = RowCheck(
      culprits: [0, 1],
      with: [1, 1],
      without: [0, 1],
      queries: (1, 0)
    )
    let before = verdict(
      .cause,
      [(cluster("c", [0, 1]), .cause), (cluster("word", [5]), .noCause)]
    )
    var after = verdict(.cause, [(cluster("c", [0]), .cause)])
    after.add(before, corrected: check)
    #expect(after.jobs == 8)
    #expect(after.clusters.map(\.cluster.name) == ["c", "kept their output", "word"])
    #expect(after.clusters.map(\.finding) == [.cause, .noCause, .noCause])
    var open = verdict(.notResolved, [(cluster("c", [0]), .notResolved)])
    open.add(before, corrected: check)
    #expect(open.clusters[1].finding == .notResolved)
  }
}
