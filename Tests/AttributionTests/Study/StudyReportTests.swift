import Attribution
import Experiment
import Statistics
import Testing

/// What a page about a run is made from.
struct StudyReportTests {
  @Test func `a behaviour is reported by its group, its queries, text and what more models give`()
    throws
  {
    let planted = try Planted()
    let study = planted.study()
    let reports = try study.report(on: planted.corpus.behaviours, top: 12, singles: 2)
    #expect(reports.map(\.name) == ["backdoor", "decoy", "untagged"])
    let report = reports[0]
    let group = try #require(report.group)
    let ids = ["query-0", "query-1", "query-2"]
    #expect(try group == study.findings(queries: ids, grouped: true, top: 12)[0])
    #expect(report.singles.map(\.query) == ids)
    #expect(report.singles.allSatisfy { $0.examples.count == 2 })
    // Ten rows hold the trigger, so that for BM25 the best of them all come before any other row.
    let bm25 = try #require(report.textRanks["bm25"])
    for (example, rank) in zip(group.examples, bm25) where example.tags == ["backdoor"] {
      #expect((rank ?? .max) <= 10, "\(example.id)")
    }
    #expect(report.textRanks["rare-ngrams"]?.count == group.examples.count)

    let scores = try study.scores(queries: ids, grouped: true).values
    let distribution = try #require(report.distribution)
    #expect(distribution.counts.count == 60 && distribution.counts.reduce(0, +) == 60)
    #expect(distribution.low == scores.min() && distribution.high == scores.max())

    // Through the last point, whose models are all 24, and twice as far.
    let convergence = try #require(report.convergence)
    let all = try #require(report.fit.first { $0.models == 24 })
    #expect(abs(all.reliability - (convergence.reliability ?? 0)) < 1e-12)
    let end = try #require(report.fit.last)
    #expect(end.models == 48)
    #expect(abs(end.reliability - 2 * all.reliability / (1 + all.reliability)) < 1e-12)
    #expect(report.fit.allSatisfy { $0.range.contains($0.reliability) })
    #expect(zip(report.fit, report.fit.dropFirst()).allSatisfy { $0.models < $1.models })
  }

  @Test func `scores are counted in bins of equal width, both ends included`() {
    let distribution = BehaviourReport.Distribution([0, 1, 2, 2.5, 4, .nan], bins: 4)
    #expect(distribution.low == 0 && distribution.high == 4)
    #expect(distribution.counts == [1, 1, 2, 1])
    #expect(BehaviourReport.Distribution([3, 3], bins: 3).counts == [2, 0, 0])
    #expect(BehaviourReport.Distribution([], bins: 2).counts == [0, 0])
  }

  @Test func `a map shows each band's distance from its own mean, and what is missing`() throws {
    let corpus = Corpus(
      train: (0..<4).map { Example(id: "t\($0)", prompt: .text("p"), completion: "c") },
      queries: [Example(id: "q", prompt: .text("p"), completion: "c", tags: ["odd"])]
    )
    var matrix = LossMatrix(
      models: ["a", "b", "c"],
      train: corpus.train.map(\.id),
      queries: ["q"]
    )
    let losses: [[Double?]] = [[1, 2, 3], [5, 5, 8], [2, 2, 2], [nil, 4, 6], [9, 3, nil]]
    for (column, values) in losses.enumerated() {
      for (model, value) in values.enumerated() {
        matrix[model: model, column: column] = value.map { .measured($0) }
      }
    }
    let design = try SubsetDesign.random(examples: 4, models: 3, size: 2, start: .base, seed: 1)
    let study = Study(corpus: corpus, design: design) { [matrix] _ in matrix }
    let map = try #require(try study.lossMap(corpus.behaviours, bands: 2))
    #expect(map.bands.map(\.name) == ["rows 1–2", "rows 3–4", "queries: odd"])
    // By hand: rows of means 2 and 6, then 2 and 5, then 6.
    #expect(map.bands[0].values == [-1, -0.5, 1.5])
    #expect(map.bands[1].values == [0, -0.5, 0.5])
    #expect(map.bands[2].values.map(\.isNaN) == [false, false, true])
    #expect(map.bands[2].values.prefix(2) == [3, -3])
    #expect(try study.lossMap([], bands: 2, columns: 2)?.bands[0].values == [-1, -0.5])
  }
}
