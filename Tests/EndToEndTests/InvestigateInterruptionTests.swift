import Foundation
import Statistics
import TestSupport
import Testing

/// Investigations at a host, killed again and again.
///
/// `DAUNCE_KILLS=20` sets how often, and is for release builds.
@Suite struct `an investigation that is killed` {
  private static let kills =
    ProcessInfo.processInfo.environment["DAUNCE_KILLS"].flatMap { Int($0) } ?? 3

  private func configure(_ name: String, at host: SandboxProcess, in folder: URL) throws {
    let text = """
      {
        name: "run",
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { base: "reference", epochs: 6 },
        trainer: {
          provider: "sandbox", baseURL: "\(host.url)",
          hyperparameters: { epochs: 2, batchSize: 4 },
        },
        perturbation: { models: 5, subsetRatio: 0.5, start: "base", seed: 1 },
      }
      """
    try Data(text.utf8).write(to: folder.appending(path: "\(name).json5"))
  }

  /// The verdict without what waiting changes.
  private func verdict(_ ending: DaunceProcess.Ending) throws -> NSDictionary {
    var object = try #require(try ending.objects().first)
    object["dollars"] = nil
    return object as NSDictionary
  }

  @Test func `ends with the verdict of one that was left alone, and no job is made twice`()
    async throws
  {
    let place = try Workplace()
    let words = ["--tag", "planted", "--jobs", "30", "--json", "-q"]
    let calm = try await SandboxProcess(in: place.url, "--folder", "calm")
    try configure("calm", at: calm, in: place.url)
    let expected = try await DaunceProcess(["investigate", "calm.json5"] + words, in: place.url)
      .ending()
    #expect([0, 3].contains(expected.status), "\(expected.notes)")
    try await calm.stop()
    // Without a host, from what was recorded.
    let export = ["export", "calm.db", "recording", "-o", "calm.jsonl"]
    #expect(try await DaunceProcess(export, in: place.url).ending().status == 0)
    let replayed = try await DaunceProcess(
      ["investigate", "calm.json5", "--store", "again.db", "--replay", "calm.jsonl"] + words,
      in: place.url
    ).ending()
    #expect(replayed.status == expected.status, "\(replayed.notes)")
    #expect(try verdict(replayed) == verdict(expected))

    let host = try await SandboxProcess(
      in: place.url,
      "--folder",
      "box",
      "--faults",
      "0.2",
      "--hang",
      "2"
    )
    try configure("run", at: host, in: place.url)
    var generator = SplitMix64(seed: 11)
    var (killed, sessions) = (0, 0)
    var last: DaunceProcess.Ending?
    while sessions < 4 * Self.kills + 10 {
      sessions += 1
      let run = try DaunceProcess(["investigate", "run.json5"] + words, in: place.url)
      if killed < Self.kills { await run.send(SIGKILL, after: 2 * generator.uniform()) }
      let ending = try await run.ending()
      guard ending.status == -SIGKILL else {
        last = ending
        break
      }
      killed += 1
    }
    let ending = try #require(last)
    #expect(ending.status == expected.status, "\(ending.notes)")
    #expect(try verdict(ending) == verdict(expected))
    let jobs = try await host.list("fine_tuning/jobs")
    for (tag, jobs) in Dictionary(grouping: jobs, by: { $0.metadata?["daunce_job"] ?? "none" }) {
      #expect(jobs.count { $0.status == "succeeded" } == 1, "\(tag)")
    }
    print("kills: \(killed); jobs: \(jobs.count), \(jobs.count { $0.status == "failed" }) failed")
    try await host.stop()
  }
}
