import Attribution
import Configuration
import Runs
import Experiment
import FoundationEssentials
import Hosts
import Reports
import Terminal
import Transport

/// `daunce run`: trains, reads losses and records everything a configuration asks for.
enum RunCommand {
  struct Options: Displayed {
    var configuration = ""
    var store: String?
    var replay: String?
    var recording = RecordingMode.default
    var isPilot = false
    var display = DisplayOptions()
  }

  /// How hosts and a recording answer together, in the words of record/replay tools.
  enum RecordingMode: String, CaseIterable, Sendable {
    /// `none` with a recording; without one there is nothing to choose.
    case `default`
    /// The recording alone; what it lacks is an error.
    case none
    /// The recording alone if there is one, otherwise the hosts, and it is written at the end.
    case once
    /// The recording for losses it has, the hosts for everything else; it is written anew.
    case new
    /// The hosts alone; the recording is written anew.
    case all
  }

  static let subcommand = Subcommand(
    Command(
      "run",
      "train and read all models of a run, or resume it",
      samples: [
        Sample("run run.json5", "record the run in run.db"),
        Sample("run run.json5 --store other.db"),
        Sample("run run.json5 --store again.db --replay recording.jsonl", "without any network"),
        Sample("run run.json5 --pilot", "three models first: noise, strength, how many more"),
        Sample("run run.json5 --json", "where it stands at the end, for a script"),
      ],
      positionals: [.required("CONFIG", "configuration file (JSON5)", \.configuration)],
      flags: [
        .value("store", "FILE", "the run's store; default: CONFIG with extension .db", \.store),
        .value(
          "replay",
          "FILE",
          "answer from a recording (.jsonl) or another run's store; the network stays untouched",
          \.replay
        ),
        .choice(
          "record",
          "MODE",
          "with --replay: none, the default, once, new or all: what hosts are asked",
          \.recording
        ),
        .toggle(
          "pilot",
          "three models alone, two of which the run uses, and what they advise",
          \.isPilot
        ),
      ] + Flag.display(json: "one JSON object", progress: true),
      discussion: "Stopped at any moment, the same command resumes and repeats no recorded work. "
        + "Local models' weights are kept beside the store, in a folder with extension .models. "
        + "Exit status: 0 complete, 3 some models failed, 130 interrupted.",
      defaults: Options()
    ),
    body: { options in try await interruptible { try await run(options) } }
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let display = Display(options.display)
    let store = options.store ?? RunFiles.store(ofConfiguration: options.configuration)
    let configuration = try RunConfiguration.read(file: options.configuration)
    let open = try RunStore(path: store)
    let way = try way(options, store: open)
    let progress = display.progress()
    return try await display.tellingWaits(progress, store: open) {
      try await run(options, configuration, display, progress, store: store, open, way)
    }
  }

  private static func run(
    _ options: Options,
    _ configuration: RunConfiguration,
    _ display: Display,
    _ progress: Progress,
    store: String,
    _ open: RunStore,
    _ way: HostAccess.Way
  ) async throws -> Int32 {
    let prepared = try await PreparedRun.make(configuration, store: store, writing: open, way: way)
    if options.isPilot {
      let plan = try await prepared.pilot(display, progress, writing: open)
      try writeRecording(options, store: open)
      try display.show(
        Page(plan.pilot, plan: plan.plan),
        json: Records.pilot(plan.pilot, plan: plan.plan)
      )
      return 0
    }
    let embedder = try configuration.embeddings.map { try HostedEmbedder($0, way: way) }
    var plan = prepared.plan()
    plan.embeddings = embedder.map { prepared.corpus.embeddingPlan(batch: $0.batch) }
    for note in prepared.notes { display.tell(.remark(note)) }
    display.tell(.plan(plan))
    for warning in plan.warnings { display.tell(.warning(warning)) }
    let status: RunStatus
    do {
      // Before anything that costs more, so that a wrong key or address shows first.
      try await open.embed(prepared.corpus, with: embedder, display: display)
      status = try await prepared.grow(display, progress, writing: open)
    } catch {
      try writeRecording(options, store: open)
      throw error
    }
    try writeRecording(options, store: open)
    try display.show(Page(status), json: Records.status(status).adding([("store", .string(store))]))
    if prepared.settings.prompts != nil,
      let common = try Study(RunRecord(path: store, preferring: configuration.name))
        .commonComponent(),
      let warning = CommonComponent.warning(share: common.share)
    {
      display.tell(.warning(warning))
    }
    for line in next(store: store, corpus: prepared.corpus, estimator: configuration.estimator) {
      display.note(line)
    }
    try status.requireCompletion(store: store)
    return 0
  }

  /// How hosts may be reached: what the flags say about recordings.
  private static func way(_ options: Options, store: RunStore) throws -> HostAccess.Way {
    guard let path = options.replay else {
      guard options.recording == .default else {
        throw UsageError(.missing, "'--record' needs '--replay FILE'", hint: "name the recording")
      }
      return HostAccess.Way(
        engine: try HTTPEngine.trusting(),
        record: store,
        replay: store.isNew ? nil : store
      )
    }
    let exists = FileManager.default.fileExists(atPath: path)
    switch options.recording {
    case .default, .none: return HostAccess.Way(record: store, replay: try Recording(path: path))
    case .once where exists:
      return HostAccess.Way(record: store, replay: try Recording(path: path))
    case .new where exists:
      return HostAccess.Way(
        engine: try HTTPEngine.trusting(),
        record: store,
        replay: try Recording(path: path)
      )
    case .once, .new, .all: return HostAccess.Way(engine: try HTTPEngine.trusting(), record: store)
    }
  }

  /// Writes the recording where the mode asks for it, also after a failure: what was answered counts.
  private static func writeRecording(_ options: Options, store: RunStore) throws {
    guard let path = options.replay, ![.default, .none].contains(options.recording),
      path.hasSuffix(".jsonl"),
      options.recording != .once || !FileManager.default.fileExists(atPath: path)
    else { return }
    try store.flush()
    let file = try OutputFile(path: path, isPrivate: true)
    try RunRecord(path: store.path).exportRecording { try file.write($0) }
    try file.finish()
  }

  /// Commands worth trying on the finished run.
  private static func next(store: String, corpus: Corpus, estimator: String) -> [String] {
    let quoted = ShellWord(store)
    let scoring = estimator == Defaults.estimator ? "" : " --estimator \(estimator)"
    let tags = corpus.queries.flatMap(\.tags).distinct
    let planted = tags.filter { tag in corpus.train.contains { $0.tags.contains(same: tag) } }
    var lines = ["next: daunce top \(quoted)\(scoring)"]
    if let tag = tags.first {
      lines.append("      daunce top \(quoted) --tag \(tag) --group\(scoring)")
    }
    if let tag = planted.first {
      lines.append("      daunce evaluate \(quoted) --tag \(tag) --group\(scoring)")
    }
    return lines
  }
}
