import Attribution
import Runs
import Experiment
import Reports
import Terminal

/// `daunce status`: where a run stands.
enum StatusCommand {
  struct Options: ChoosesRun {
    var store = ""
    var run: String?
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "status",
      "where a run stands, also while it is running",
      samples: [Sample("status run.db"), Sample("status run.db --json", "for a script")],
      positionals: [.required("STORE", "a run's store", \.store)],
      flags: [.run] + Flag.display(json: "one JSON object"),
      defaults: Options()
    )
  ) { options in
    let record = try options.record()
    let status = record.status
    let display = Display(options.display)
    let convergence = try record.study.convergence(of: record.corpus.behaviours)
    try display.show(
      Page(status, convergence: convergence),
      json: Records.status(status, convergence: convergence)
    )
    for model in [record.target] + record.models {
      if let error = model.error { display.note("\(model.name): \(error)") }
    }
    return 0
  }
}
