import Experiment
import Statistics

/// One walk through a proof, from its beginning to where something is not read yet.
struct ProofSearch {
  /// The walk ends here.
  struct Halt: Error { let step: Proof.Step }

  private typealias Comparison = ProofEvidence.Comparison

  private let proof: Proof
  private let readings: [Removal: [Double?]]
  private let failed: [Removal: String]
  private let target: [Double?]
  private let evidence: ProofEvidence?
  private var findings: [Int: Verdict.Finding] = [:]
  private var comparisons: [Int: Comparison] = [:]
  private var given: Set<Int> = []
  private var sameOutput: Comparison?

  init(
    _ proof: Proof,
    _ readings: [Removal: [Double?]],
    _ target: [Double?],
    _ failed: [Removal: String]
  ) {
    self.proof = proof
    self.readings = readings
    self.target = target
    self.failed = failed
    evidence = ProofEvidence(proof, readings, target: target)
  }

  private var settings: Proof.Settings { proof.settings }
  private var jobs: Int {
    Set(readings.keys).union(failed.keys).subtracting(settings.paid).subtracting([proof.base]).count
  }
  private var indices: [Int] { Array(proof.clusters.indices) }

  /// The verdict.
  ///
  /// - Throws: `Halt` where something has to be read first, or nothing more can be found out.
  mutating func verdict() throws(Halt) -> Verdict {
    try checkSuspects()
    try need([proof.base])
    guard let evidence else { try stop("no query has a loss under the base and under θ0") }
    try checkTarget(evidence)

    let controls = [0, 1].map(proof.randomRows).filter { !$0.isEmpty }
    let union = Comparison(with: [], without: proof.union)
    // Where no random rows can be spared, two more seeds have to tell the spread.
    let seeds = controls.isEmpty ? 4 : 2
    try need(
      (0..<seeds).map { Removal([], pair: $0) } + [Removal(proof.union, pair: 0)]
        + controls.map { Removal($0, pair: 0) }
    )
    try checkRetrained(evidence)
    switch try settled([union])[0] {
    case .cause: break
    case .noCause:
      for index in indices {
        findings[index] = .noCause
        comparisons[index] = union
      }
      return result(
        .noCause,
        "the behaviour stays when all suspects are taken away",
        removal: union
      )
    case .notResolved:
      try unresolved(union, "whether the suspects cause it is open after \(settings.pairs) pairs")
    }
    try search()
    return try conclude()
  }

  /// Refuses suspects that no removal can tell anything about.
  private func checkSuspects() throws(Halt) {
    guard !proof.clusters.isEmpty else { try stop("nothing is suspected") }
    let left = proof.rows - proof.union.count
    guard left > 0 else {
      try stop("all \(proof.rows) rows are suspects, so nothing would be left to train on")
    }
    guard left >= settings.leastRows else {
      try stop(
        "without the \(proof.union.count) suspects \(left) rows are left, and a training needs "
          + "\(settings.leastRows)"
      )
    }
  }

  /// Ends where the training set has nothing to do with the behaviour.
  private func checkTarget(_ evidence: ProofEvidence) throws(Halt) {
    let (base, target) = (evidence.base, evidence.target)
    if rate(of: target) >= 0.2,
      rate(of: base) >= rate(of: target) / 2
    {
      throw Halt(
        step: .done(
          result(.noCause, "the base shows the behaviour without any training row", isFinal: true)
        )
      )
    }
    guard nll(of: base) - nll(of: target) > 0.05 else {
      try stop("θ0 shows the behaviour no more than the base does", isFinal: true)
    }
  }

  /// Ends where training again does not give back what is to be explained, or gives anything.
  private func checkRetrained(_ evidence: ProofEvidence) throws(Halt) {
    let again = evidence.pairs([])
    let strengths = again.map(evidence.strength)
    let mean = strengths.reduce(0, +) / Double(strengths.count)
    guard mean >= 0.5 else {
      let percent = Int((max(0, mean) * 100).rounded())
      try stop(
        "θ0 trained again shows \(percent) % of the behaviour: the recipe or the rows are not those that "
          + "θ0 was trained with",
        isFinal: true
      )
    }
  }

  /// Gives sets of suspects back, halving those that bring the behaviour back.
  private mutating func search() throws(Halt) {
    guard indices.count > 1 else {
      findings[0] = .cause
      comparisons[0] = Comparison(with: [], without: proof.union)
      return
    }
    // The likeliest first: only the first cluster is taken away, all others are given back.
    let others = Array(indices.dropFirst())
    let back = givenBack(others)
    try need([Removal(back.with, pair: 0), Removal(back.without, pair: 0)])
    var open: [Node]
    switch try settled([back], family: indices.count)[0] {
    case .noCause:
      note(others, .noCause, back)
      note([0], .cause, Comparison(with: [], without: proof.clusters[0].rows), isGivenBack: false)
      return
    case .cause: open = [Node(set: [0], parent: nil)] + halves(others)
    case .notResolved:
      note(others, .notResolved, back)
      open = [Node(set: [0], parent: nil)]
    }
    while !open.isEmpty {
      let tests = open.map { givenBack($0.set) }
      try need(tests.map { Removal($0.with, pair: 0) })
      let found = try settled(tests, family: indices.count)
      var next: [Node] = []
      for (node, (test, finding)) in zip(open, zip(tests, found)) {
        if finding == .cause, node.set.count > 1 {
          next += halves(node.set)
        } else {
          note(node.set, finding, test)
        }
      }
      // A set whose halves do nothing each is a cause as a whole.
      for parent in Set(open.compactMap(\.parent)) {
        let parts = open.indices.filter { open[$0].parent == parent }
        if parts.allSatisfy({ found[$0] == .noCause }) { note(parent, .cause, givenBack(parent)) }
      }
      open = next
    }
  }

  /// Clusters that are given back together, out of a set that brings the behaviour back.
  private struct Node {
    let set: [Int]
    let parent: [Int]?
  }

  /// Takes exactly the culprits away, and rows that look like them.
  private mutating func conclude() throws(Halt) -> Verdict {
    // That the rows with an output cause it, decoys among them, is no answer: it does not say which.
    let broad = indices.filter {
      findings[$0] == .cause && proof.clusters[$0].isOutput
    }
    for index in broad { findings[index] = .notResolved }
    let guilty = indices.filter { findings[$0] == .cause }
    guard !guilty.isEmpty || broad.isEmpty else {
      try stop(
        "it goes with all rows that have its output, and nothing narrower was shown to be the cause"
      )
    }
    let culprits = guilty.flatMap { proof.clusters[$0].rows }.sorted()
    guard !culprits.isEmpty else {
      throw Halt(
        step: .done(
          result(
            .notResolved,
            "the suspects together are a cause, and no part of them was shown to be"
          )
        )
      )
    }
    let removal = Comparison(with: [], without: culprits)
    let away = Set(culprits)
    let lookalikes = proof.sameOutput.filter { !away.contains($0) }
    var generator = SplitMix64(seed: settings.seed, stream: 33)
    let size = min(culprits.count, lookalikes.count, proof.rows - settings.leastRows)
    let alike = size > 0 ? generator.sample(size, of: lookalikes.count).map { lookalikes[$0] } : []
    if !alike.isEmpty { sameOutput = Comparison(with: [], without: alike) }
    try need(
      [Removal(culprits, pair: 0)] + (alike.isEmpty ? [] : [Removal(alike, pair: 0)])
    )
    switch try settled([removal])[0] {
    case .cause:
      let share = evidence?.effect(removal)?.value ?? 0
      guard share >= settings.most else {
        return result(
          .notResolved,
          "each of these brings the behaviour back, but \(Int((100 * (1 - share)).rounded())) % of it stay when "
            + "they alone are taken away: others teach it, too",
          removal: removal
        )
      }
      let open = indices.filter { findings[$0] == .notResolved }
      return result(
        .cause,
        open.isEmpty
          ? "without these rows the behaviour goes, and the other suspects do not bring it back"
          : "without these rows the behaviour goes; \(open.count) other suspects are open",
        removal: removal
      )
    case .noCause:
      return result(
        .notResolved,
        "each of these brings the behaviour back, but it stays when they alone are taken away: others teach "
          + "it, too",
        removal: removal
      )
    case .notResolved:
      try unresolved(removal, "what the culprits alone do is open after \(settings.pairs) pairs")
    }
  }

  private func halves(_ set: [Int]) -> [Node] {
    guard set.count > 1 else { return [Node(set: set, parent: nil)] }
    let middle = (set.count + 1) / 2
    return [set.prefix(middle), set.dropFirst(middle)].map { Node(set: Array($0), parent: set) }
  }

  /// What giving some clusters back does while all other suspects are away.
  private func givenBack(_ set: [Int]) -> Comparison {
    let back = Set(set.flatMap { proof.clusters[$0].rows })
    return Comparison(with: proof.union.filter { !back.contains($0) }, without: proof.union)
  }

  private mutating func note(
    _ set: [Int],
    _ finding: Verdict.Finding,
    _ comparison: Comparison,
    isGivenBack: Bool = true
  ) {
    for index in set {
      findings[index] = finding
      comparisons[index] = comparison
      if isGivenBack { given.insert(index) }
    }
  }

  /// What comparisons say, with further pairs as long as one of them is open and there may be some.
  ///
  /// - Parameters:
  ///   - comparisons: What is compared.
  ///   - family: Claims that have to hold together: all clusters count as tested, so that what is decided early
  ///     keeps its level.
  /// - Returns: One finding a comparison.
  /// - Throws: `Halt` where pairs are missing.
  private func settled(
    _ comparisons: [Comparison],
    family: Int = 1
  ) throws(Halt) -> [Verdict.Finding] {
    guard let evidence else { return comparisons.map { _ in .notResolved } }
    let level = settings.level
    let values = comparisons.map { evidence.values($0, settings) }
    let spare = [Double](repeating: 1, count: max(0, family - comparisons.count))
    let causes = holmAdjusted(values.map(\.none) + spare)
    let nones = holmAdjusted(values.map(\.cause) + spare)
    var wanted: [Removal] = []
    let found = comparisons.indices.map { place -> Verdict.Finding in
      if causes[place] <= level { return .cause }
      if nones[place] <= level { return .noCause }
      let count = evidence.shares(comparisons[place]).count
      if count < settings.pairs {
        wanted += [comparisons[place].with, comparisons[place].without].map {
          Removal($0, pair: count)
        }
      }
      return .notResolved
    }
    try need(wanted)
    return found
  }

  /// Goes on only with these models read.
  private func need(_ wanted: [Removal]) throws(Halt) {
    var asked: [Removal] = []
    for removal in wanted where readings[removal] == nil && !asked.contains(removal) {
      if let reason = failed[removal] {
        try stop("a model without \(removal.rows.count) rows could not be made: \(reason)")
      }
      asked.append(removal)
    }
    guard !asked.isEmpty else { return }
    let unpaid = asked.count { $0 != proof.base && !settings.paid.contains($0) }
    if let limit = settings.jobs, jobs + unpaid > limit {
      try stop("\(jobs) of \(limit) jobs are used, and the next step takes \(unpaid)")
    }
    throw Halt(step: .train(asked))
  }

  private func unresolved(_ comparison: Comparison, _ reason: String) throws(Halt) -> Never {
    let missing = evidence?.missingPairs(comparison, level: settings.level, settings)
    throw Halt(step: .done(result(.notResolved, reason, removal: comparison, missing: missing)))
  }

  private func stop(_ reason: String, isFinal: Bool = false) throws(Halt) -> Never {
    throw Halt(step: .done(result(.notResolved, reason, isFinal: isFinal)))
  }

  private func result(
    _ finding: Verdict.Finding,
    _ reason: String,
    removal: Comparison? = nil,
    missing: Int? = nil,
    isFinal: Bool = false
  ) -> Verdict {
    func cluster(
      _ suspects: SuspectCluster,
      _ comparison: Comparison?,
      _ finding: Verdict.Finding,
      isGivenBack: Bool
    ) -> Verdict.Cluster {
      Verdict.Cluster(
        cluster: suspects,
        effect: comparison.flatMap { evidence?.effect($0, .nll) },
        share: comparison.flatMap { evidence?.effect($0) },
        isGivenBack: isGivenBack,
        finding: finding
      )
    }
    let clusters = indices.map {
      cluster(
        proof.clusters[$0],
        comparisons[$0],
        findings[$0] ?? .notResolved,
        isGivenBack: given.contains($0)
      )
    }
    let culprits =
      finding == .cause
      ? clusters.filter { $0.finding == .cause }.flatMap(\.cluster.rows).sorted() : []
    let random = [0, 1].map(proof.randomRows).compactMap {
      evidence?.effect(Comparison(with: [], without: $0), .nll)
    }
    let count = Double(random.count)
    return Verdict(
      finding: finding,
      reason: reason,
      isFinal: isFinal,
      culprits: culprits,
      clusters: clusters,
      removal: removal.map {
        cluster(
          SuspectCluster(name: "all together", rows: $0.without, sources: []),
          $0,
          finding,
          isGivenBack: false
        )
      },
      random: random.isEmpty
        ? nil
        : Verdict.Effect(
          value: random.reduce(0) { $0 + $1.value } / count,
          low: random.reduce(0) { $0 + $1.low } / count,
          high: random.reduce(0) { $0 + $1.high } / count
        ),
      sameOutput: sameOutput.flatMap { evidence?.effect($0, .nll) },
      base: evidence.flatMap { Verdict.Shown([$0.base]) },
      target: evidence.flatMap { Verdict.Shown([$0.target]) },
      retrained: evidence?.shown(without: []),
      without: removal.flatMap { evidence?.shown(without: $0.without) },
      spread: evidence.flatMap {
        let deviation = $0.spread().deviation
        return deviation.isFinite ? deviation : nil
      },
      missingPairs: missing,
      jobs: jobs
    )
  }
}
