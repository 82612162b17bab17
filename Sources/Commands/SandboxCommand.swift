import Configuration
import Experiment
import FoundationEssentials
import Hosts
import Reports
import ReferenceModels
import Sandbox
import Scenarios
import Terminal

/// `daunce sandbox`: the reference model behind an OpenAI-shaped loopback server.
enum SandboxCommand {
  struct Options: Displayed {
    var port = Defaults.Sandbox.port
    var folder: String?
    var vocabulary: String?
    var keyVariable: String?
    var jobs = Defaults.Sandbox.jobs
    var faults = 0.0
    var kinds: String?
    var hang = Defaults.Sandbox.hang
    var seed = Defaults.Sandbox.seed
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "sandbox",
      "the reference model behind an OpenAI-shaped server on this machine",
      samples: [
        Sample("sandbox", "serve http://127.0.0.1:8000/v1 until Ctrl-C"),
        Sample(
          "sandbox --port 0 --folder box",
          "any free port; keep files, jobs and models in box"
        ),
        Sample("sandbox --faults 0.2 --hang 5", "every fifth request goes wrong, as hosts do"),
      ],
      flags: [
        .value("port", short: "p", "P", "port on 127.0.0.1; 0 takes any free one", \Options.port),
        .value("folder", "DIR", "keep files, jobs and models there; default: none", \.folder),
        .value(
          "vocabulary",
          "FILE",
          "examples (JSONL) the tokens are learned from; default: the demo's",
          \.vocabulary
        ),
        .value("key-env", "NAME", "variable that holds the key clients must send", \.keyVariable),
        .value("jobs", "N", "fine-tuning jobs at once", \.jobs),
        .value("faults", "SHARE", "share of requests that go wrong, 0 to 1", \.faults),
        .value(
          "fault-kinds",
          "LIST",
          "which, separated by commas: "
            + SandboxFaults.Kind.allCases.map(\.rawValue).joined(separator: ", "),
          \.kinds
        ),
        .value("hang", "SECONDS", "how long a hanging request hangs", \.hang),
        .value("seed", "N", "seed of the faults and of the base model", \.seed),
      ] + Flag.display(json: nil, progress: true),
      discussion: "Serves files, fine-tuning jobs that really train, models, completions with echo "
        + "and log-probabilities, chats with top log-probabilities. The base model is called "
        + "'reference'. Prints its base URL, then notes every request to standard error.",
      defaults: Options()
    ),
    body: { options in try await interruptible { try await run(options) } }
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let display = Display(options.display)
    var faults = SandboxFaults()
    guard (0...1).contains(options.faults), options.hang >= 0, (0...65_535).contains(options.port),
      options.jobs > 0
    else {
      throw UsageError(
        .badValue,
        "a number is out of its range",
        hint: "--faults is from 0 to 1, --hang 0 or more, --port up to 65535, --jobs 1 or more"
      )
    }
    faults.rate = options.faults
    faults.hang = .seconds(options.hang)
    faults.seed = options.seed
    if let kinds = options.kinds {
      faults.kinds = []
      for word in kinds.split(separator: ",") {
        guard let kind = SandboxFaults.Kind(rawValue: String(word)) else {
          throw UsageError(
            .badValue,
            "'--fault-kinds' has no '\(word)'",
            hint: "'daunce help sandbox' lists them"
          )
        }
        faults.kinds.insert(kind)
      }
    }
    let examples =
      try options.vocabulary.map { try ExampleFile.read(path: $0, role: .train) }
      ?? Scenario.trigger.corpus(seed: Defaults.seed).train
    let secret = try options.keyVariable.map {
      try SecretSource.environment($0).secret(environment: ProcessInfo.processInfo.environment)
    }
    let folder =
      options.folder
      ?? FileManager.default.temporaryDirectory.appending(path: "daunce-sandbox-\(UUID())").path()
    defer {
      if options.folder == nil { try? FileManager.default.removeItem(atPath: folder) }
    }
    let server = try SandboxServer(
      provider: ReferenceProvider(
        folder: folder + "/weights",
        architecture: Defaults.architecture,
        vocabularyFrom: examples,
        seed: options.seed,
        modelsInMemory: Defaults.Sandbox.modelsInMemory
      ),
      folder: folder,
      key: secret?.reveal(),
      faults: faults,
      jobs: options.jobs,
      note: { display.note($0) }
    )
    let port = try server.start(port: options.port)
    Console.output.print("http://127.0.0.1:\(port)/v1\n")
    await server.wait()
    try Task.checkCancellation()
    return 0
  }
}
