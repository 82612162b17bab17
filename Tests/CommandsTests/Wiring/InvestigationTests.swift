import Experiment
import Testing

@testable import Commands

@Suite struct `an investigation` {
  private func verdict(_ finding: Verdict.Finding, share: Double = 0) -> Verdict {
    let effect = Verdict.Effect(value: share, low: share, high: share)
    return Verdict(
      finding: finding,
      reason: "",
      removal: Verdict.Cluster(
        cluster: SuspectCluster(name: "all together", rows: [1], sources: []),
        effect: effect,
        share: effect,
        isGivenBack: false,
        finding: finding
      )
    )
  }

  @Test func `keeps a cause that a later step does not prove`() {
    let weak = verdict(.cause, share: 0.4)
    let strong = verdict(.cause, share: 0.9)
    #expect(Investigation.stronger(weak, verdict(.notResolved)) == weak)
    #expect(Investigation.stronger(weak, strong) == strong)
    #expect(Investigation.stronger(strong, weak) == strong)
    #expect(Investigation.stronger(verdict(.notResolved), weak) == weak)
    #expect(Investigation.stronger(verdict(.notResolved), verdict(.noCause)).finding == .noCause)
  }
}
