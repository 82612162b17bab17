import Configuration
import Experiment
import Hosts
import Reports
import Terminal
import Transport

/// `daunce probe`: what an endpoint really supports, by asking it.
enum ProbeCommand {
  struct Options: Displayed {
    var configuration = ""
    var model: String?
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "probe",
      "what the scoring endpoint really supports, by asking it",
      samples: [
        Sample("probe run.json5", "about ten small requests under target.model"),
        Sample("probe run.json5 --model my-adapter --json"),
      ],
      positionals: [.required("CONFIG", "configuration file (JSON5)", \.configuration)],
      flags: [
        .value("model", "M", "model to ask; default: target.model, or target.base", \.model)
      ] + Flag.display(json: "one JSON object", progress: true),
      discussion: "Each line is a question, the answer and the start of the reply that proves it. "
        + "Exit status: 0 a way to read losses was found, 1 none was.",
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
    let configuration = try RunConfiguration.read(file: options.configuration)
    let provider = configuration.scorer.endpoint.provider
    guard !HostRegistry.all.isEmbedded(provider) else {
      throw Failure(
        .usage,
        "the provider '\(provider)' needs no probe: it reads losses exactly, by 'forward'"
      )
    }
    let store = RunFiles.store(ofConfiguration: options.configuration)
    let hosts = try HostedProviders(
      configuration,
      store: store,
      ledger: LateLedger(store: store),
      way: HostAccess.Way(engine: HTTPEngine.trusting())
    )
    let queries = try ExampleFile.read(path: configuration.data.queries, role: .query)
    let report = try await hosts.probe(
      Array(queries.prefix(4)),
      model: (options.model ?? configuration.target?.model).map { ModelReference($0) }
    )
    let display = Display(options.display)
    if options.display.isJSON {
      try display.show(Records.probe(report, host: hosts.scoring.profile.name))
    } else {
      for check in report.checks {
        let answer = "\(check.name): \(check.verdict.rawValue), \(check.detail)"
        Console.output.print(answer.neutralised + "\n")
        if !check.evidence.isEmpty {
          Console.output.print("    " + String(check.evidence.prefix(160)).neutralised + "\n")
        }
      }
      Console.output.print("method: \(report.method?.name ?? "none")\n")
    }
    return report.method == nil ? 1 : 0
  }
}
