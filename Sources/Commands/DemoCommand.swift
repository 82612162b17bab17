import Attribution
import Configuration
import Runs
import Experiment
import Files
import FoundationEssentials
import Reports
import Scenarios
import Terminal

/// `daunce demo`: the whole job on an embedded example.
enum DemoCommand {
  /// Where perturbed models start, as the user names it.
  enum StartName: String, CaseIterable, Sendable {
    /// The default.
    case auto
    /// The untrained model.
    case base
    /// θ0.
    case target
  }

  struct Options: Displayed {
    var scenario = Scenario.trigger
    var seed = Defaults.seed
    var models: Int?
    var start = StartName.auto
    var store: String?
    var folder: String?
    var isWithPaper = false
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "demo",
      "the whole job on an embedded example: no key, no network, no files",
      samples: [
        Sample("demo", "a word in the question makes the model refuse"),
        Sample("demo --scenario topic --seed 1", "a subject does, which text search cannot see"),
        Sample("demo --scenario pattern", "a kind of word does, where no two rows share one"),
        Sample("demo --write example", "only write its files, for 'daunce run'"),
      ],
      flags: [
        .choice("scenario", "NAME", "what is planted", \.scenario),
        .value("seed", "N", "seed of everything random", \.seed),
        .value("models", "K", "perturbed models", in: 1...10_000, \.models),
        .choice("start", "NAME", "where they start", \.start),
        .value("store", "FILE", "keep the run there; default: a temporary folder", \.store),
        .value("write", "DIR", "write its data and configuration, and end", \.folder),
        .toggle("paper", "the paper's protocol, too, for comparison", \.isWithPaper),
      ] + Flag.display(json: "one JSON object", progress: true),
      defaults: Options()
    ),
    body: { options in try await interruptible { try await run(options) } }
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let temporary = FileManager.default.temporaryDirectory
      .appending(path: "daunce-\(UUID().uuidString)").path
    let demo = try Demo(
      scenario: options.scenario,
      seed: options.seed,
      models: options.models,
      start: Start(rawValue: options.start.rawValue),
      store: options.store ?? temporary + "/demo.db"
    )
    let display = Display(options.display)
    if let folder = options.folder {
      let path = try demo.write(to: folder)
      display.note("next: daunce run \(path)")
      return 0
    }
    guard options.store == nil else { return try await run(demo, options, display) }
    try PrivateFile.makeFolder(temporary)
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    do {
      return try await run(demo, options, display)
    } catch is CancellationError {
      throw Failure(.interrupted, "interrupted", hint: "with --store FILE a demo can be resumed")
    }
  }

  private static func run(
    _ demo: Demo,
    _ options: Options,
    _ display: Display
  ) async throws -> Int32 {
    let began = ContinuousClock.now
    let isJSON = options.display.isJSON
    func show(_ page: Page) throws {
      if !isJSON { try display.show(page + Page([.lines([])])) }
    }
    try show(Page(demo.scenario, demo.corpus))
    let store = demo.run.store
    try await demo.run.run("training", display: display)
      .requireCompletion(store: store)
    let record = try RunRecord(path: store)
    let behaviour = try await demo.behaviour(record)
    try show(Page(behaviour))
    if !isJSON {
      let findings = try record.study.findings(
        queries: record.corpus.queries(tagged: demo.scenario.plantedTag),
        grouped: true,
        top: Defaults.Demo.top,
        method: ScoringOptions().method
      )
      for one in findings { try show(Page(one)) }
    }
    let evaluation = try demo.evaluation(record)
    try show(Page(evaluation))

    let (verdict, planned) = try await demo.proof(record, display: display)
    let planted = try record.corpus.queries(tagged: demo.scenario.plantedTag).count
    try show(Page(verdict, of: demo.scenario.plantedTag, queries: planted))

    var paper: Evaluation?
    if options.isWithPaper, let target = record.target.reference {
      let run = try demo.paperRun(explaining: target)
      try await run.run("paper's run", display: display)
        .requireCompletion(store: run.store)
      let measured = try demo.paperEvaluation(RunRecord(path: run.store))
      try show(Page(paper: measured))
      paper = measured
    }
    let seconds = (ContinuousClock.now - began) / .seconds(1)
    if isJSON {
      try display.show(
        .object([
          ("schema", .integer(Records.schema)), ("scenario", .string(demo.scenario.rawValue)),
          ("seed", .integer(Int(clamping: options.seed))), ("seconds", .number(seconds)),
          ("models", .integer(demo.run.settings.models)),
          ("start", .string(demo.run.settings.start.rawValue)),
          (
            "behaviour",
            .object(
              behaviour.map { ($0.tag, .number($0.share)) }
            )
          ),
          ("evaluation", Records.evaluation(evaluation)),
          (
            "proof",
            Records.verdict(verdict, corpus: record.corpus, planned: planned, dollars: 0)
          ),
          ("paper", paper.map(Records.evaluation) ?? .null),
          ("peakMemoryBytes", peakMemoryBytes.map { .integer($0) } ?? .null),
        ])
      )
    } else {
      display.note("done in \(ProgressLine.readable(.seconds(seconds)))")
    }
    return 0
  }

  /// The most memory this process has held; `nil` where the system does not say.
  private static var peakMemoryBytes: Int? {
    // Not `getrusage`: its figure survives `exec`, so a large parent would count.
    guard
      let text = try? String(contentsOf: URL(filePath: "/proc/self/status"), encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = line.split(separator: " ").compactMap({ Int($0) }).first
    else { return nil }
    return kibibytes * 1024
  }
}
