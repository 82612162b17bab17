import Experiment
import Foundation
import TestSupport
import Testing

@testable import Attribution
@testable import Runs

/// How a growing run ends on known worlds.
@Suite struct `a run that grows until it is stable` {
  /// Seeds of each kind; `DAUNCE_SEEDS` asks for more.
  private static let seeds =
    ProcessInfo.processInfo.environment["DAUNCE_SEEDS"].flatMap(UInt64.init) ?? 1

  /// All losses of a world under so many models.
  private func study(_ kind: KnownWorld.Kind, models: Int, seed: UInt64) async throws -> Study {
    let world = KnownWorld(kind, rows: 300, seed: seed)
    let host = KnownHost(world)
    let rows = world.corpus.train.count
    let design = try SubsetDesign.random(
      examples: rows,
      models: models,
      size: rows * 3 / 10,
      start: .base,
      seed: seed
    )
    var values: [[Double]] = []
    for (place, subset) in design.subsets.enumerated() {
      let job = ModelJob(
        key: "\(kind) \(seed) \(place)",
        start: nil,
        examples: subset.members.map { world.corpus.train[$0] },
        hyperparameters: Hyperparameters(),
        seed: subset.seed
      )
      let made = try await host.train(job) { _ in }
      let readings = try await host.read(
        world.corpus.train + world.corpus.queries,
        under: made.model,
        round: 0
      )
      values.append(readings.map { $0.loss(.sum)?.value ?? .nan })
    }
    let losses = LossMatrix(
      models: design.subsets.indices.map { "\($0)" },
      train: world.corpus.train.map(\.id),
      queries: world.corpus.queries.map(\.id),
      view: .sum,
      values: values[0].indices.flatMap { column in values.map { $0[column] } },
      censored: []
    )
    return Study(corpus: world.corpus, design: design) { _ in losses }
  }

  private func best(_ count: Int, _ study: Study, _ behaviour: QueryBehaviour) throws -> Set<Int> {
    let ids = behaviour.queries.map { study.corpus.queries[$0].id }
    let scores = try study.scores(queries: ids, grouped: true)
    return Set(
      scores.values.indices.sorted { scores.values[$0] > scores.values[$1] }.prefix(count)
    )
  }

  @Test func `ends with the rows that many more models would give`() async throws {
    let rule = StoppingRule(max: Self.seeds > 1 ? 100 : 30)
    var runs: [(models: Int, overlap: Double)] = []
    for kind in Self.seeds > 1 ? [.lexical, .topic, .redundant, .hidden] : [KnownWorld.Kind.hidden]
    {
      for seed in 0..<Self.seeds {
        let study = try await study(kind, models: rule.max, seed: seed)
        let behaviour = study.corpus.behaviours[0]
        for models in rule.looks {
          let part = study.first(models)
          let convergence = try part.convergence(of: [behaviour], seed: seed)
          guard rule.reason(toStop: convergence) != nil || models == rule.max else { continue }
          let count = max(1, convergence[0].above ?? 0)
          let common = try best(count, study, behaviour).intersection(best(count, part, behaviour))
          runs.append((models, Double(common.count) / Double(count)))
          break
        }
      }
      if Self.seeds > 1 { print("\(kind):", runs.suffix(Int(Self.seeds))) }
    }
    #expect(Double(runs.count { $0.overlap < 0.8 }) <= 0.1 * Double(runs.count))
    #expect(runs.contains { $0.models < rule.max })
  }

  @Test func `a behaviour that cannot be scored is left out, and ends nothing`() async throws {
    let whole = try await study(.lexical, models: 10, seed: 0)
    let study = Study(corpus: whole.corpus, design: whole.design) { _ in
      throw AttributionError(.tooFewModels, "cannot read", cause: "no first token was read")
    }
    #expect(try study.convergence(of: whole.corpus.behaviours).isEmpty)
  }

  @Test func `holds on while rows are unsettled, and for half of the models while there are none`()
  {
    func behaviour(models: Int, above: Int, stability: Double) -> Convergence {
      Convergence(
        behaviour: "b",
        models: models,
        curve: [],
        expected: [],
        above: above,
        stability: stability
      )
    }
    let rule = StoppingRule(max: 40)
    #expect(rule.looks == [10, 15, 20, 25, 30, 35, 40])
    #expect(StoppingRule(max: 12).looks == [10, 12] && StoppingRule(max: 6).looks == [6])
    #expect(rule.reason(toStop: []) == nil)
    #expect(rule.reason(toStop: [behaviour(models: 10, above: 9, stability: 0.79)]) == nil)
    #expect(rule.reason(toStop: [behaviour(models: 10, above: 9, stability: 0.8)]) != nil)
    let silent = behaviour(models: 15, above: 0, stability: 0)
    #expect(rule.reason(toStop: [silent]) == nil)
    let later = behaviour(models: 20, above: 0, stability: 0)
    #expect(rule.reason(toStop: [later])?.hasPrefix("nothing is above chance") == true)
    let found = behaviour(models: 20, above: 9, stability: 1)
    #expect(rule.reason(toStop: [later, found])?.contains("'b'") == true)
  }
}
