import Configuration
import Experiment
import Hosts
import Reports
import Runs
import Terminal

/// `daunce plan`: what a run would ask for, before anything is spent.
enum PlanCommand {
  struct Options: Displayed {
    var configuration = ""
    var display = DisplayOptions()
  }

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
    let configuration = try RunConfiguration.read(file: options.configuration)
    let run = try await PreparedRun.make(
      configuration,
      store: RunFiles.store(ofConfiguration: options.configuration)
    )
    var plan = run.plan(isComparing: true)
    if let embeddings = configuration.embeddings {
      // A provider or an address that is wrong shows before anything is spent.
      let embedder = try HostedEmbedder(embeddings, way: HostAccess.Way())
      plan.embeddings = run.corpus.embeddingPlan(batch: embedder.batch)
    }
    plan.ladders = try Investigation.ladders(of: run)
    let display = Display(options.display)
    try display.show(Page(plan), json: Records.plan(plan))
    for note in run.notes { display.tell(.remark(note)) }
    try run.requireBudget(plan)
    return 0
  }
}
