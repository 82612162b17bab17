import Attribution
import Experiment
import Foundation
import Statistics
import Testing

/// Rows 0..<30 teach the behaviour in one or three groups; rows 30..<60 are decoys.
private struct Simulation {
  var groups = [Array(0..<30)]
  var need = 6.0
  var noise = 0.2
  var isOfBase = false

  /// NLL of 20 queries under a model without some rows.
  func losses(without removed: Set<Int>, seed: UInt64) -> [Double?] {
    var generator = SplitMix64(seed: seed)
    let job = generator.normal() * noise
    var strength = isOfBase ? 1.0 : 0
    if removed.count < 400 {
      for group in groups {
        let left = Double(group.count { !removed.contains($0) })
        strength = max(strength, 1 - exp(-left / need))
      }
    }
    return (0..<20).map { _ in
      max(0.001, 12 * (1 - min(0.995, strength)) * exp(job + 0.1 * generator.normal()))
    }
  }

  /// The verdict on some clusters, and every model that was asked for.
  func verdict(
    _ clusters: [SuspectCluster],
    seed: UInt64,
    jobs: Int? = nil,
    paid: Set<Removal> = []
  ) -> (verdict: Verdict, asked: [Removal]) {
    var settings = Proof.Settings()
    settings.seed = seed
    settings.jobs = jobs
    settings.paid = paid
    let proof = Proof(of: clusters, rows: 400, sameOutput: Array(0..<60), settings: settings)
    let target = losses(without: [], seed: seed &+ 77)
    var readings: [Removal: [Double?]] = [:]
    var asked: [Removal] = []
    while true {
      switch proof.step(readings, target: target) {
      case .done(let verdict): return (verdict, asked)
      case .train(let wanted):
        asked += wanted
        for removal in wanted {
          let mark = removal.rows.reduce(UInt64(removal.pair)) { $0 &* 1_000_003 &+ UInt64($1) }
          readings[removal] = losses(without: Set(removal.rows), seed: mark &+ seed &* 7919)
        }
      }
    }
  }
}

private func cluster(_ name: String, _ rows: Range<Int>) -> SuspectCluster {
  SuspectCluster(name: name, rows: rows, sources: [name], word: name == "word" ? "word" : nil)
}

private let word = cluster("word", 0..<30)
private let decoys = cluster("decoys", 30..<60)
private let others = [cluster("one", 60..<75), cluster("other", 80..<90)]

@Suite struct `a proof by removal` {
  @Test(arguments: 0..<20 as Range<UInt64>)
  func `names a lexical cause, its word and no decoy`(seed: UInt64) {
    let (verdict, asked) = Simulation().verdict([word, decoys] + others, seed: seed)
    #expect(verdict.finding == .cause && verdict.culprits == Array(0..<30))
    #expect(verdict.trigger?.word == "word")
    #expect(verdict.clusters.map(\.finding) == [.cause, .noCause, .noCause, .noCause])
    #expect(verdict.jobs == asked.count - 1 && verdict.jobs <= 12)
    #expect(Set(asked).count == asked.count)
    #expect((verdict.retrained?.queries ?? 0) > 19 && verdict.without?.queries == 0)
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func `finds three causes of which any suffices`(seed: UInt64) {
    let groups = [0..<10, 10..<20, 20..<30]
    let clusters = zip(["a", "b", "c"], groups).map { cluster($0, $1) } + [decoys, others[0]]
    let simulation = Simulation(groups: groups.map(Array.init), need: 2)
    let (verdict, _) = simulation.verdict(clusters, seed: seed)
    #expect(verdict.finding == .cause && verdict.culprits == Array(0..<30))
    // None of them is needed, so each was tested by being given back.
    #expect(verdict.clusters.prefix(3).allSatisfy { $0.isGivenBack && $0.finding == .cause })
    #expect(verdict.jobs <= 14)
  }

  @Test func `two halves that need each other are one cause`() {
    let simulation = Simulation(groups: [Array(0..<30)], need: 6)
    let parts = (0..<10).map { cluster("part \($0)", $0 * 3..<$0 * 3 + 3) }
    let (verdict, _) = simulation.verdict([others[0]] + parts, seed: 4)
    #expect(verdict.finding == .cause && Set(verdict.culprits).isSubset(of: 0..<30))
    #expect(!verdict.culprits.isEmpty)
  }

  @Test func `suspects that are none are called so, and what the base shows has no cause`() {
    var causes = 0
    for seed in 0..<100 as Range<UInt64> {
      let (verdict, _) = Simulation(groups: [Array(100..<130)]).verdict(
        [decoys] + others,
        seed: seed
      )
      causes += verdict.finding == .cause ? 1 : 0
      #expect(verdict.finding == .cause || verdict.culprits.isEmpty)
      let (base, asked) = Simulation(groups: [], isOfBase: true).verdict([decoys], seed: seed)
      #expect(base.finding == .noCause && base.jobs == 0 && asked.count == 1)
    }
    #expect(causes <= 5)
  }

  @Test func `noise without any behaviour is hardly ever called a cause`() {
    var causes = 0
    for seed in 0..<200 as Range<UInt64> {
      let (verdict, _) = Simulation(groups: []).verdict([decoys] + others, seed: seed)
      causes += verdict.finding == .cause ? 1 : 0
    }
    #expect(causes <= 10)
  }

  @Test func `is the same wherever it was interrupted, and stops at its jobs`() {
    let (whole, _) = Simulation().verdict([decoys, word] + others, seed: 3)
    let (short, asked) = Simulation().verdict([decoys, word] + others, seed: 3, jobs: 7)
    #expect(whole.finding == .cause)
    #expect(short.finding == .notResolved && short.reason.contains("of 7 jobs are used"))
    #expect(asked.count <= 8 && short.culprits.isEmpty)
  }

  @Test func `what an earlier proof trained counts as no job`() {
    let (first, asked) = Simulation().verdict([word, decoys], seed: 3)
    let (again, _) = Simulation().verdict([word, decoys], seed: 3, jobs: 0, paid: Set(asked))
    #expect(first.finding == .cause && first.jobs > 0)
    #expect(again.finding == .cause && again.jobs == 0 && again.culprits == first.culprits)
  }

  @Test func `says what it cannot work with`() {
    func reason(_ clusters: [SuspectCluster], least: Int = 1) -> String {
      var settings = Proof.Settings()
      settings.leastRows = least
      guard
        case .done(let verdict) = Proof(of: clusters, rows: 20, settings: settings)
          .step([:], target: [0])
      else { return "" }
      #expect(verdict.finding == .notResolved)
      return verdict.reason
    }
    #expect(reason([]) == "nothing is suspected")
    #expect(reason([cluster("all", 0..<20)]).hasPrefix("all 20 rows are suspects"))
    #expect(reason([cluster("many", 0..<15)], least: 10).contains("a training needs 10"))
  }

  @Test func `does not judge by a θ0 that training again does not give`() {
    let proof = Proof(of: [word], rows: 400)
    var readings: [Removal: [Double?]] = [proof.base: [12, 12]]
    for _ in 0..<3 {
      guard case .train(let wanted) = proof.step(readings, target: [0.01, 0.01]) else { break }
      for removal in wanted { readings[removal] = [9, 9] }
    }
    guard case .done(let verdict) = proof.step(readings, target: [0.01, 0.01]) else {
      Issue.record("it goes on")
      return
    }
    #expect(
      verdict.finding == .notResolved && verdict.reason.hasPrefix("θ0 trained again shows 0 %")
    )
  }

  @Test func `all rows with the output are no answer, since decoys are among them`() {
    let output = SuspectCluster(name: "output", rows: 0..<60, sources: ["same-completion"])
    let (verdict, _) = Simulation().verdict([others[0], output], seed: 5)
    #expect(verdict.finding == .notResolved && verdict.culprits.isEmpty)
    #expect(verdict.clusters.map(\.finding) == [.noCause, .notResolved])
    #expect(verdict.reason.contains("nothing narrower"))
    // Beside a narrower cluster what is left of them is innocent.
    let (narrow, _) = Simulation().verdict([word, output], seed: 5)
    #expect(narrow.finding == .cause && narrow.culprits == Array(0..<30))
  }

  @Test(arguments: 0..<10 as Range<UInt64>)
  func `rows that take less than half of the behaviour with them are no answer`(seed: UInt64) {
    let (verdict, _) = Simulation().verdict([cluster("some", 0..<11), decoys], seed: seed)
    #expect(verdict.finding == .notResolved && verdict.culprits.isEmpty, "\(verdict.reason)")
  }

  @Test func `foretells what it takes`() {
    let forecast = Proof(of: [word, decoys] + others, rows: 400, sameOutput: Array(0..<60))
      .forecast()
    #expect(forecast.likely == 7)
    #expect(forecast.most > forecast.likely)
  }
}
