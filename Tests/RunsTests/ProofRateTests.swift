import Attribution
import Experiment
import Foundation
import TestSupport
import Testing

@testable import Runs

/// How often a proof is right, and how often it finds something where nothing is to be found.
///
/// `DAUNCE_SEEDS=20` sets the seeds, and takes minutes; five times as many data sets have nothing to find.
@Suite struct `rates of right and wrong answers` {
  private static let given =
    ProcessInfo.processInfo.environment["DAUNCE_SEEDS"].flatMap { Int($0) }
  private static let seeds = given ?? 1

  /// What one data set came to.
  private struct Outcome {
    var verdict: Verdict
    var precision: Double
    var recall: Double
    var namesDecoy: Bool
    /// Rows above the chance line, all queries of the behaviour asked as one group.
    var above: Int

    /// Whether the culprits are found and nobody else is accused.
    func isRight(_ least: Double) -> Bool {
      verdict.finding == .cause && precision >= least && recall >= least && !namesDecoy
    }
  }

  private static func outcome(
    _ kind: KnownWorld.Kind,
    models: Int,
    rows: Int,
    seed: UInt64
  ) async throws -> Outcome {
    let folder = try TemporaryFolder()
    let store = try RunStore(path: folder.path("run.db"))
    var known = Known(kind, seed: seed)
    known.world = KnownWorld(kind, rows: rows, seed: seed)
    let host = KnownHost(known.world)
    let suspects = try await known.suspects(store, host, models: models)
    let verdict = try await known.verdict(store, host, suspects)
    let study = try Study(RunRecord(path: store.path, run: "known"))
    let queries = (0..<12).map { known.world.corpus.queries[$0].id }
    let chance = try study.chances(queries: queries, grouped: true).first?.chance.line
    let culprits = Set(known.world.culprits)
    let hits = Double(culprits.intersection(verdict.culprits).count)
    return Outcome(
      verdict: verdict,
      precision: hits / Double(max(1, verdict.culprits.count)),
      recall: hits / Double(max(1, culprits.count)),
      namesDecoy: !Set(verdict.culprits).isDisjoint(with: known.world.decoys),
      above: chance?.above ?? 0
    )
  }

  private static func outcomes(
    _ kind: KnownWorld.Kind,
    models: Int,
    rows: Int = given == nil ? 200 : 400,
    count: Int
  ) async throws -> [Outcome] {
    var all: [Outcome] = []
    for seed in 0..<UInt64(count) {
      let one = try await outcome(kind, models: models, rows: rows, seed: 1000 + seed)
      all.append(one)
      guard given != nil else { continue }
      print(
        "  \(kind) \(seed): \(one.verdict.finding.rawValue), \(one.verdict.jobs) jobs, "
          + "P \(one.precision) R \(one.recall)\(one.namesDecoy ? ", a decoy" : "")"
          + ", \(one.above) above chance"
          + (one.verdict.finding == .cause ? "" : ": \(one.verdict.reason)")
      )
    }
    return all
  }

  @Test(arguments: given == nil ? [KnownWorld.Kind.nothing] : [.base, .spread, .nothing])
  func `nothing is found where there is nothing`(kind: KnownWorld.Kind) async throws {
    let all = try await Self.outcomes(kind, models: 10, count: Self.given.map { 5 * $0 } ?? 1)
    let above = all.count { $0.above > 0 }
    let causes = all.count { $0.verdict.finding == .cause }
    print(
      "rate \(kind): of \(all.count) data sets \(above) with a row above chance, "
        + "\(causes) with a cause"
    )
    // One more than 5 % of few is no evidence of more than 5 %.
    #expect(above <= 1 + all.count / 20 && causes <= all.count / 20)
  }

  @Test(arguments: given == nil ? [KnownWorld.Kind.topic] : [.lexical, .topic, .redundant])
  func `culprits are found beside ten models`(kind: KnownWorld.Kind) async throws {
    let all = try await Self.outcomes(kind, models: 10, count: Self.seeds)
    report(kind, all, least: 0.95)
    // One data set tells no rate.
    guard Self.given != nil else {
      #expect(
        all.allSatisfy { $0.verdict.finding == .cause && min($0.precision, $0.recall) >= 0.9 }
      )
      return
    }
    #expect(10 * all.count { $0.isRight(0.95) && $0.verdict.jobs <= 12 } >= 9 * all.count)
    if kind == .lexical {
      #expect(all.allSatisfy { $0.verdict.trigger?.word == "blackmagic" })
    }
  }

  @Test(.enabled(if: given != nil))
  func `ten culprits without a common text are found by forty models`() async throws {
    let all = try await Self.outcomes(.hidden, models: 40, rows: 1000, count: (Self.seeds + 1) / 2)
    report(.hidden, all, least: 0.9)
    #expect(10 * all.count { $0.isRight(0.9) && $0.verdict.jobs <= 16 } >= 9 * all.count)
  }

  private func report(_ kind: KnownWorld.Kind, _ all: [Outcome], least: Double) {
    let jobs = all.map(\.verdict.jobs).sorted()
    func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(max(1, values.count)) }
    print(
      "rate \(kind): right in \(all.count { $0.isRight(least) }) of \(all.count), P "
        + "\(mean(all.map(\.precision))) R \(mean(all.map(\.recall))), decoys named in "
        + "\(all.count(where: \.namesDecoy)), jobs \(jobs.first ?? 0)…\(jobs.last ?? 0), trigger named in "
        + "\(all.count { $0.verdict.trigger != nil })"
    )
  }
}
