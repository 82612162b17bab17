import Experiment
import FoundationEssentials
import Validation
import ReferenceModels
import Reports
import Runs
import Store
import Synchronization
import Terminal

/// `daunce validate`: every method against ground truth on models whose weights we own.
enum ValidateCommand {
  /// Its options.
  struct Options: Displayed {
    var configuration = ""
    var store: String?
    var threads: Int?
    var display = DisplayOptions()
  }

  /// The command.
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
    let path =
      options.store ?? Workbench.siblingPath(of: options.configuration, extension: "lab.db")
    let archive = try LossArchive(path: path)
    let (task, notes) = try task(configuration, file: options.configuration)
    for note in notes { display.note("note: \(note)") }
    let meter = StageMeter(display.progress())
    defer { meter.end() }
    meter.enter(.training("the target"))
    let target = try TargetModel(task, seed: configuration.settings.seed)
    let runner = DesignRunner(
      threads: options.threads ?? ProcessInfo.processInfo.activeProcessorCount,
      archive: archive
    ) { meter.trained($0, of: $1) }
    let validation = try ValidationRun(target, settings: configuration.settings, runner: runner) {
      meter.enter($0)
    }
    var board = try await validation.leaderboard()
    board.notes = notes + board.notes
    meter.complete()
    if options.display.isJSON {
      try display.show(Records.leaderboard(board))
    } else {
      try display.show(Page(board))
    }
    return 0
  }

  /// What the configuration describes, once it is known to be possible.
  private static func task(
    _ configuration: ValidationConfiguration,
    file: String
  ) throws -> (task: LearningTask, notes: [String]) {
    do {
      let made = try LearningTask.make(configuration)
      try configuration.settings.check(made.task)
      return made
    } catch var error as ConfigurationError {
      error.file = file
      throw error
    }
  }
}

/// The progress line: models of a stage of training, or methods of the stage of scoring.
private final class StageMeter: Sendable {
  private let progress: Progress
  private let stage = Mutex<ValidationStage?>(nil)

  init(_ progress: Progress) { self.progress = progress }

  func enter(_ next: ValidationStage) {
    let last = stage.withLock { stage in
      defer { stage = next }
      return stage
    }
    if case (.scoring, .scoring(let method, let done, _)) = (last, next) {
      progress.update(Double(done), detail: method)
      return
    }
    finish(last)
    switch next {
    case .scoring(let method, let done, let total):
      progress.begin("scoring", unit: "methods", total: total, completed: Double(done))
      progress.update(Double(done), detail: method)
    case .training: break
    case .judging: progress.begin("judging", unit: "tables", total: 1)
    }
  }

  /// Shows a stage as done whose end nobody counts.
  private func finish(_ stage: ValidationStage?) {
    switch stage {
    case .scoring(_, _, let total): progress.update(Double(total))
    case .judging: progress.update(1)
    case .training, nil: break
    }
  }

  func complete() {
    finish(stage.withLock { $0 })
    end()
  }

  func trained(_ done: Int, of total: Int) {
    switch stage.withLock({ $0 }) {
    case .training(let name):
      if done == 0 || done == total { progress.begin(name, unit: "models", total: total) }
      progress.update(Double(done))
    case .scoring(let method, let before, _):
      // A method's own trainings are a part of its share.
      progress.update(
        Double(before) + Double(done) / Double(max(1, total)),
        detail: "\(method): \(done) of \(total) models"
      )
    case .judging, nil: break
    }
  }

  func end() { progress.end() }
}
