import Experiment
import Reports
import Terminal

/// `daunce run`: trains, prices and records everything a configuration asks for.
enum RunCommand {
  /// Its options.
  struct Options: Displayed {
    var configuration = ""
    var store: String?
    var display = DisplayOptions()
  }

  /// The command.
  static let subcommand = Subcommand(
    Command(
      "run",
      "train and price all models of a run, or resume it",
      samples: [
        Sample("run run.json5", "record the run in run.db"),
        Sample("run run.json5 --store other.db"),
        Sample("run run.json5 --json", "where it stands at the end, for a script"),
      ],
      positionals: [.required("CONFIG", "configuration file (JSON5)", \.configuration)],
      flags: [
        .value("store", "FILE", "the run's store; default: CONFIG with extension .db", \.store)
      ] + Flag.display(json: "one JSON object", progress: true),
      discussion: "Stopped at any moment, the same command resumes and repeats no recorded work. "
        + "Local models' weights are kept beside the store, in a folder with extension .models. "
        + "Exit status: 0 complete, 3 some models failed, 130 interrupted.",
      defaults: Options()
    ),
    body: { options in try await interruptible { try await run(options) } }
  )

  /// Where a run is recorded unless `--store` says otherwise.
  ///
  /// - Parameter path: Path of the configuration.
  /// - Returns: The same path with extension `.db`.
  static func store(ofConfiguration path: String) -> String {
    Workbench.siblingPath(of: path, extension: "db")
  }

  private static func run(_ options: Options) async throws -> Int32 {
    let display = Display(options.display)
    let store = options.store ?? store(ofConfiguration: options.configuration)
    let configuration = try Configuration.read(file: options.configuration)
    let workbench = try Workbench(local: configuration, store: store)
    let plan = workbench.plan()
    display.note(
      "plan: \(plan.jobs) fine-tunes, \(ProgressLine.grouped(plan.trainingTokens)) tokens; "
        + "\(plan.requests) scoring calls, \(ProgressLine.grouped(plan.scoringTokens)) tokens; "
        + "about \(ProgressLine.readable(.seconds((plan.hours ?? 0) * 3600)))"
    )
    for warning in plan.warnings { display.note("warning: \(warning)") }
    let status = try await workbench.run("training", display: display)
    if options.display.isJSON {
      try display.show(Records.status(status).adding([("store", .string(store))]))
    } else {
      try display.show(Page(status))
    }
    for line in next(store: store, corpus: workbench.corpus, estimator: configuration.estimator) {
      display.note(line)
    }
    try status.requireCompletion(store: store)
    return 0
  }

  /// Commands worth trying on the finished run.
  private static func next(store: String, corpus: Corpus, estimator: String) -> [String] {
    let quoted =
      store.allSatisfy { $0.isLetter || $0.isNumber || "._-/".contains($0) } ? store : "'\(store)'"
    let scoring = estimator == "auto" ? "" : " --estimator \(estimator)"
    let tags = Set(corpus.queries.flatMap(\.tags)).sorted()
    let planted = tags.filter { tag in corpus.train.contains { $0.tags.contains(tag) } }
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

extension RunStatus {
  /// Ends the command with status 3 when the run is only partly done.
  ///
  /// - Parameter store: Path of the store, for the message.
  /// - Throws: `Failure`.
  func requireCompletion(store: String) throws(Failure) {
    guard phase != .complete else { return }
    throw Failure(
      .partial,
      "run '\(store)' is partial: \(models.failed) of \(models.planned) models failed and "
        + "\(losses.expected - losses.measured - losses.censored) of \(losses.expected) prices "
        + "are missing",
      hint: "scores rest on the models that are complete; the same command tries the others again"
    )
  }
}
