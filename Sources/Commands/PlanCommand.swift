import Reports
import Terminal

/// `daunce plan`: what a run would ask for, before anything is spent.
enum PlanCommand {
  /// Its options.
  struct Options: Displayed {
    var configuration = ""
    var display = DisplayOptions()
  }

  /// The command.
  static let subcommand = Subcommand(
    Command(
      "plan",
      "what a run would train, read and cost; nothing is spent",
      samples: [
        Sample("plan run.json5", "jobs, tokens, dollars, hours and warnings"),
        Sample("plan run.json5 --json", "the same for a script"),
      ],
      positionals: [.required("CONFIG", "configuration file (JSON5)", \.configuration)],
      flags: Flag.display(json: "one JSON object"),
      defaults: Options()
    )
  ) { options in
    let workbench = try await Workbench.make(
      Configuration.read(file: options.configuration),
      store: RunCommand.store(ofConfiguration: options.configuration)
    )
    let plan = workbench.comparingPlan()
    let display = Display(options.display)
    if options.display.isJSON {
      try display.show(Records.plan(plan))
    } else {
      try display.show(Page(plan))
    }
    for note in workbench.notes { display.note("note: \(note)") }
    try workbench.requireBudget(plan)
    return 0
  }
}
