import Attribution
import Runs
import Experiment
import Reports
import Terminal

/// `daunce export`: a run's tables for other tools.
enum ExportCommand {
  /// What can be exported.
  enum Table: String, CaseIterable, Sendable {
    /// Every model's loss for every example.
    case losses
    /// Every row's weight in every model's training set; every query's where models are steps on queries.
    case membership
    /// Every example's score for every query.
    case scores
    /// Where chance begins in every query's scores.
    case chance
    /// What hosts were asked and answered, for `run --replay`.
    case recording
  }

  struct Options: ChoosesRun, Scored {
    var store = ""
    var run: String?
    var table = Table.losses
    var output = ""
    var scoring = ScoringOptions()
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "export",
      "tables of a run for other tools",
      samples: [
        Sample("export run.db losses -o losses.csv", "NLL of each example under each model"),
        Sample("export run.db membership -o seen.npy", "who was trained on what"),
        Sample("export run.db recording -o recording.jsonl", "what hosts answered, to replay"),
        Sample("export run.db scores -o scores.jsonl --estimator ridge"),
        Sample("export run.db chance -o chance.csv", "which of the scores are more than luck"),
      ],
      positionals: [
        .required("STORE", "a run's store", \.store),
        .choice("TABLE", "what to write", \.table),
      ],
      flags: [
        Flag.value(
          "output",
          short: "o",
          "FILE",
          "where to; its extension decides the form: .csv, .npy, .jsonl",
          \.output
        ).required(),
        .run,
      ] + Flag.scoring(group: "scores of all queries as one") + Flag.display(json: nil),
      discussion: "Losses are sums over the completion unless --view says otherwise. A loss that "
        + "is missing is an empty cell, NaN or null.",
      defaults: Options()
    ),
    body: run
  )

  private static func run(_ options: Options) throws -> Int32 {
    let ending = options.output.split(separator: ".", omittingEmptySubsequences: false).last ?? ""
    guard options.output.contains("."), let format = Export.Format(rawValue: ending.lowercased())
    else {
      throw Failure(
        .usage,
        "cannot write '\(options.output)': its extension names no known form",
        hint: "use .csv, .npy or .jsonl"
      )
    }
    if options.table == .recording, format != .jsonl {
      throw Failure(.usage, "cannot write a recording as .\(ending)", hint: "use .jsonl")
    }
    if options.table == .chance, format == .npy {
      throw Failure(.usage, "cannot write chance lines as .npy", hint: "use .csv or .jsonl")
    }
    let record = try options.record()
    let method = options.scoring.method
    let file = try OutputFile(path: options.output, isPrivate: options.table == .recording)
    let sink: Export.Sink = { try file.write($0) }
    switch options.table {
    case .losses:
      let losses = try record.losses(options.scoring.view.choice ?? .sum, rows: .planned)
      try Export.losses(losses, as: format, to: sink)
    case .membership:
      let units = record.settings.perturbation.unit.all(in: record.corpus)
      try Export.membership(
        record.design(.planned).drawn(from: units.count),
        models: record.models.map(\.name),
        members: units.map(\.id),
        as: format,
        to: sink
      )
    case .scores:
      let scores = try record.study.scores(grouped: options.scoring.isGrouped, method: method)
      try Export.scores(scores, as: format, to: sink)
    case .chance:
      let chances = try record.study.chances(grouped: options.scoring.isGrouped, method: method)
      try Export.chances(chances, as: format, to: sink)
    case .recording:
      try record.exportRecording(to: sink)
    }
    try file.finish()
    return 0
  }
}
