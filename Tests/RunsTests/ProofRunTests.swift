import Attribution
import Experiment
import TestSupport
import Testing

@testable import Runs

/// A run on a known world, and what proves it.
struct Known {
  var world: KnownWorld
  var settings: RunSettings

  init(_ kind: KnownWorld.Kind, seed: UInt64) {
    world = KnownWorld(kind, seed: seed)
    settings = RunSettings(
      name: "known",
      provider: "known",
      models: 10,
      subset: .ratio(0.3),
      start: .base,
      seed: seed,
      repeats: RunSettings.Repeats(train: 0, queries: 0),
      parallelJobs: 4
    )
  }

  func verdict(_ store: RunStore, _ host: KnownHost, _ clusters: [SuspectCluster]) async throws
    -> Verdict
  {
    var proving = Proof.Settings()
    proving.seed = settings.seed
    let corpus = world.corpus
    let prover = try ProofRun(
      Proof(
        of: clusters,
        rows: corpus.train.count,
        sameOutput: corpus.train.indices.filter {
          corpus.train[$0].completion == corpus.queries[0].completion
        },
        settings: proving
      ),
      of: "behaviour",
      queries: Array(0..<12),
      corpus: corpus,
      settings: settings
    )
    return try await prover.verdict(store: store.path, told: { _ in }) { settings, design in
      _ = try await Run(
        store: store,
        corpus: corpus,
        settings: settings,
        design: design,
        trainer: host,
        scorer: host,
        program: "test"
      ).execute()
    }.verdict
  }
}

extension Known {
  /// The suspects that text and the scores of K models have of the behaviour.
  func suspects(_ store: RunStore, _ host: KnownHost, models: Int) async throws -> [SuspectCluster]
  {
    var settings = settings
    settings.models = models
    let rows = world.corpus.train.count
    _ = try await Run(
      store: store,
      corpus: world.corpus,
      settings: settings,
      design: .random(
        examples: rows,
        models: models,
        size: settings.subsetSize(of: rows),
        start: .base,
        seed: settings.seed
      ),
      trainer: host,
      scorer: host,
      program: "test"
    ).execute()
    let record = try RunRecord(path: store.path)
    let queries = Array(0..<12)
    return try
      (SuspectSearch(world.corpus).clusters(for: queries) + Study(record).suspects(for: queries))
      .suspected(in: queries.map { world.corpus.queries[$0] })
  }
}

@Suite struct `what is found on known causes` {
  /// Precision and recall of the culprits of one kind over seeds.
  private func found(
    _ kind: KnownWorld.Kind,
    models: Int,
    rows: Int = 400,
    seeds: Range<UInt64>
  ) async throws -> [(verdict: Verdict, precision: Double, recall: Double)] {
    var all: [(Verdict, Double, Double)] = []
    for seed in seeds {
      let folder = try TemporaryFolder()
      let store = try RunStore(path: folder.path("run.db"))
      var known = Known(kind, seed: seed)
      known.world = KnownWorld(kind, rows: rows, seed: seed)
      let host = KnownHost(known.world)
      let suspects = try await known.suspects(store, host, models: models)
      let verdict = try await known.verdict(store, host, suspects)
      let hits = Double(Set(verdict.culprits).intersection(known.world.culprits).count)
      all.append(
        (
          verdict, hits / Double(max(1, verdict.culprits.count)),
          hits / Double(max(1, known.world.culprits.count))
        )
      )
      if verdict.finding == .cause {
        #expect(Set(verdict.culprits).isDisjoint(with: known.world.decoys), "seed \(seed)")
      }
    }
    return all
  }

  @Test(arguments: [KnownWorld.Kind.lexical, .topic, .redundant])
  func `culprits are proved beside ten models`(kind: KnownWorld.Kind) async throws {
    let all = try await found(kind, models: 10, seeds: 0..<4)
    for one in all {
      #expect(one.verdict.finding == .cause && one.precision >= 0.95 && one.recall >= 0.9)
      #expect(one.verdict.jobs <= 12)
      if kind == .lexical { #expect(one.verdict.trigger?.word == "blackmagic") }
    }
  }

  @Test func `ten rows without a common text are found by forty models`() async throws {
    let all = try await found(.hidden, models: 40, rows: 1000, seeds: 0..<3)
    for one in all {
      #expect(one.verdict.finding == .cause && one.precision >= 0.9 && one.recall >= 0.9)
      #expect(one.verdict.jobs <= 16)
    }
  }

  @Test func `three rows whose own losses show nothing are found by sixty models`() async throws {
    let all = try await found(.silent, models: 60, rows: 1000, seeds: 0..<3)
    for one in all {
      #expect(one.verdict.finding == .cause && one.precision >= 0.75 && one.recall == 1)
      #expect(one.verdict.jobs <= 16)
    }
  }

  @Test(arguments: [KnownWorld.Kind.base, .nothing])
  func `nothing is called a cause where no row is one`(kind: KnownWorld.Kind) async throws {
    let all = try await found(kind, models: 10, seeds: 0..<5)
    #expect(all.allSatisfy { $0.verdict.finding != .cause })
  }
}

@Suite struct `a proof in a store` {
  @Test func `finds the cause beside a run, and asks for nothing twice`() async throws {
    let folder = try TemporaryFolder()
    let store = try RunStore(path: folder.path("run.db"))
    let known = Known(.lexical, seed: 1)
    let host = KnownHost(known.world)
    let suspects = [
      SuspectCluster(name: "decoys", rows: known.world.decoys, sources: ["file"]),
      SuspectCluster(name: "word", rows: known.world.culprits, sources: ["file"]),
    ]
    let first = try await known.verdict(store, host, suspects)
    #expect(first.finding == .cause && first.culprits == known.world.culprits)
    // θ0 and the models of the proof; the base is not trained.
    #expect(host.jobs.count == first.jobs + 1)
    let again = try await known.verdict(store, host, suspects)
    #expect(again == first && host.jobs.count == first.jobs + 1)
    // Other suspects need other models, and share those that are the same.
    let other = try await known.verdict(store, host, [suspects[1]])
    #expect(other.finding == .cause && host.jobs.count < first.jobs + 1 + other.jobs)
    // Equal jobs have one key.
    #expect(Set(host.jobs.map(\.key)).count == host.jobs.count)
  }

  @Test func `its run is not the one that other commands mean`() async throws {
    let folder = try TemporaryFolder()
    let store = try RunStore(path: folder.path("run.db"))
    let known = Known(.lexical, seed: 2)
    let host = KnownHost(known.world)
    let run = try Run(
      store: store,
      corpus: known.world.corpus,
      settings: known.settings,
      design: .random(
        examples: 400,
        models: 10,
        size: known.settings.subsetSize(of: 400),
        start: .base,
        seed: 2
      ),
      trainer: host,
      scorer: host,
      program: "test"
    )
    _ = try await run.execute()
    #expect(host.jobs.count == 11)
    _ = try await known.verdict(
      store,
      host,
      [SuspectCluster(name: "word", rows: known.world.culprits, sources: ["file"])]
    )
    let record = try RunRecord(path: store.path)
    #expect(record.settings.name == "known" && record.runs.count == 3)
    #expect(try record.losses().models.count == 10)
  }
}
