import Configuration
import Runs
import Experiment
import Hosts
import Reports
import Terminal
import Transport

/// `daunce clean`: deletes what a run made at its hosts.
enum CleanCommand {
  struct Options: Displayed {
    var store = ""
    var configuration: String?
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "clean",
      "delete this run's files, jobs, models and deployments at its hosts",
      samples: [
        Sample("clean run.db", "with run.json5 beside it"),
        Sample("clean run.db --config other.json5 --json"),
      ],
      positionals: [.required("STORE", "a run's store", \.store)],
      flags: [
        .value(
          "config",
          "FILE",
          "configuration with hosts and keys; default: STORE with extension .json5",
          \.configuration
        )
      ] + Flag.display(json: "one JSON object a resource", progress: true),
      discussion: "Only what the run itself made is touched; its losses and scores stay in the "
        + "store. Exit status: 0 all gone, 3 something could not be deleted.",
      defaults: Options()
    ),
    body: { options in
      try await interruptible {
        let display = Display(options.display)
        return try await display.tellingWaits(display.progress()) { try await run(options) }
      }
    }
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let record = try RunRecord(path: options.store)
    let path = options.configuration ?? RunFiles.configuration(ofStore: options.store)
    let configuration = try RunConfiguration.read(file: path)
    let display = Display(options.display)
    guard !HostRegistry.all.isEmbedded(configuration.scorer.endpoint.provider) else {
      display.note("a run with local models made nothing remote")
      return 0
    }
    let store = try RunStore(path: options.store)
    if record.status.phase != .complete {
      display.tell(
        .remark("the run is not complete; models deleted now cannot be read any more")
      )
    }
    let hosts = try HostedProviders(
      configuration,
      store: options.store,
      ledger: store,
      way: HostAccess.Way(engine: HTTPEngine.trusting())
    )
    var left = 0
    for (resource, leftover) in try await hosts.clean(jobKeys: record.askedJobs()) {
      left += leftover == nil ? 0 : 1
      if options.display.isJSON {
        try display.show(Records.cleaned(resource, leftover: leftover))
      } else {
        let fate = leftover.map { "could not be deleted: \($0)" } ?? "deleted"
        let line = "\(resource.kind.rawValue) \(resource.id): \(fate)"
        Console.output.print(line.neutralised + "\n")
      }
    }
    try store.flush()
    guard left == 0 else {
      throw Failure(.partial, "\(left) of the run's remote resources could not be deleted")
    }
    return 0
  }
}
