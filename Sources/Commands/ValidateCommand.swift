import Configuration
import Experiment
import FoundationEssentials
import Validation
import ReferenceModels
import Reports
import Runs
import Store
import Terminal

/// `daunce validate`: every method against ground truth on models whose weights we own.
enum ValidateCommand {
  struct Options: Displayed {
    var configuration = ""
    var store: String?
    var threads: Int?
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "validate",
      "every method against retraining, on models whose weights we own",
      samples: [
        Sample("validate configs/validate-minute.json5", "the leaderboard"),
        Sample("validate lab.json5 --json", "the same for a script"),
      ],
      positionals: [.required("CONFIG", "configuration of the lab (JSON5)", \.configuration)],
      flags: [
        .value("store", "FILE", "trainings done; default: CONFIG with extension .lab.db", \.store),
        .value("threads", "N", "trainings side by side; default: one a core", \.threads),
      ] + Flag.display(json: "one JSON object", progress: true),
      discussion: "Stopped at any moment, the same command resumes: no training is done twice. "
        + "Results do not depend on the number of threads.",
      defaults: Options()
    ),
    body: { options in
      try await interruptible {
        do { return try await run(options) } catch let error as ReferenceModelError {
          throw Failure(laboratory: error)
        }
      }
    }
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let display = Display(options.display)
    if let threads = options.threads, threads < 1 {
      throw UsageError(
        .badValue,
        "cannot use '\(threads)' for '--threads': expected a whole number of 1 or more",
        hint: "leave it out for one a core"
      )
    }
    let configuration = try ValidationConfiguration.read(file: options.configuration)
    let path = options.store ?? RunFiles.sibling(of: options.configuration, extension: "lab.db")
    let archive = try LossArchive(path: path)
    let (task, notes) = try configuration.task()
    for note in notes { display.tell(.remark(note)) }
    let line = ValidationProgressLine(display.progress())
    defer { line.end() }
    line.enter(.training("the target"))
    let target = try TargetModel(task, seed: configuration.settings.seed)
    let runner = DesignRunner(
      threads: options.threads ?? ProcessInfo.processInfo.activeProcessorCount,
      archive: archive
    ) { line.trained($0, of: $1) }
    let validation = try ValidationRun(target, settings: configuration.settings, runner: runner) {
      line.enter($0)
    }
    var board = try await validation.leaderboard()
    board.notes = notes + board.notes
    line.complete()
    try display.show(Page(board), json: Records.leaderboard(board))
    return 0
  }
}
