import Experiment
import Runs
import TestSupport
import Testing

/// Verdicts that a store keeps.
struct RecordedVerdictTests {
  @Test func `come back as they were, infinite numbers too, the last of each behaviour`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let scene = Scene()
    _ = try await Run(
      store: RunStore(path: path),
      corpus: scene.corpus,
      settings: scene.settings,
      design: scene.design,
      trainer: ScriptedTrainer(),
      scorer: ScriptedScorer(),
      program: "test"
    ).execute()
    let verdict = Verdict(
      finding: .cause,
      reason: "without these rows the behaviour goes",
      culprits: [1, 3],
      clusters: [
        Verdict.Cluster(
          cluster: SuspectCluster(
            name: "'Zorb'",
            rows: [3, 1],
            sources: ["rare-ngrams"],
            word: "Zorb",
            strength: .infinity
          ),
          effect: Verdict.Effect(value: 1, low: 0.5, high: 1.5),
          share: nil,
          isGivenBack: true,
          finding: .cause
        )
      ],
      retrained: Verdict.Shown(nll: 0.1, rate: 0.9, queries: 2),
      jobs: 7
    )
    func recorded(_ queries: [Int], planned: Int) -> RecordedVerdict {
      RecordedVerdict(
        behaviour: "odd",
        queries: queries,
        verdict: verdict,
        planned: planned,
        dollars: nil,
        program: "0"
      )
    }
    do {
      let store = try RunStore(path: path)
      try store.keep(recorded([0], planned: 3))
      try store.keep(recorded([0, 1], planned: 7))
    }
    #expect(try RunRecord(path: path).verdicts() == [recorded([0, 1], planned: 7)])
    // Positions that the examples do not have are of no use to anybody.
    try RunStore(path: path).keep(recorded([500], planned: 7))
    #expect(try RunRecord(path: path).verdicts().isEmpty)
  }
}
