extension QueryFindings {
  /// The same list without a word of the examples.
  ///
  /// - Parameter text: What stands in the place of an example's text, by its id.
  /// - Returns: Ids, tags, scores and counts as they were.
  package func redacted(text: (String) -> String) -> QueryFindings {
    QueryFindings(
      query: query,
      queries: queries,
      text: self.text.map { _ in text(query) },
      estimator: estimator,
      reason: reason,
      chance: chance,
      examples: examples.map {
        RankedExample(
          rank: $0.rank,
          id: $0.id,
          score: $0.score,
          interval: $0.interval,
          tags: $0.tags,
          text: text($0.id),
          sharedWords: []
        )
      },
      evidence: TextEvidence(
        sameCompletion: evidence.sameCompletion,
        sameCompletionInCorpus: evidence.sameCompletionInCorpus,
        bm25Overlap: evidence.bm25Overlap,
        top: evidence.top,
        enriched: [],
        verdict: nil
      ),
      reliability: reliability,
      audit: audit
    )
  }
}

extension Verdict {
  /// The same verdict without the words that name triggers and clusters, and without what sentences quote.
  package var redacted: Verdict {
    // What follows a colon may be a cluster's name or a host's own words.
    func beginning(_ text: String) -> String { String(text.prefix { $0 != ":" }) }
    var names: [[Int]: String] = [:]
    for (place, one) in clusters.enumerated() {
      names[one.cluster.rows] = "suspects \(place + 1)"
    }
    func hidden(_ one: Cluster) -> Cluster {
      Cluster(
        cluster: SuspectCluster(
          name: names[one.cluster.rows] ?? "all together",
          rows: one.cluster.rows,
          sources: one.cluster.sources,
          strength: one.cluster.strength
        ),
        effect: one.effect,
        share: one.share,
        isGivenBack: one.isGivenBack,
        finding: one.finding
      )
    }
    var copy = Verdict(
      finding: finding,
      reason: beginning(reason),
      isFinal: isFinal,
      culprits: culprits,
      clusters: clusters.map(hidden),
      removal: removal.map(hidden),
      random: random,
      sameOutput: sameOutput,
      base: base,
      target: target,
      retrained: retrained,
      without: without,
      spread: spread,
      missingPairs: missingPairs,
      jobs: jobs
    )
    copy.others = others
    copy.triage = triage
    copy.triageAgreement = triageAgreement
    copy.steps = steps.map {
      Step(name: $0.name, jobs: $0.jobs, outcome: beginning($0.outcome))
    }
    return copy
  }
}

extension RunStatus {
  /// The same without the words of hosts, which may quote examples.
  ///
  /// - Parameter left: What stands in their place.
  /// - Returns: Counts and our own notes as they were.
  package func redacted(_ left: String) -> RunStatus {
    var copy = self
    copy.missing = Missing.grouped(
      missing.map { (reason: left, example: $0.examples.first ?? left, count: $0.count) }
    )
    copy.waiting = []
    return copy
  }
}
