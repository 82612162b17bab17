import FoundationEssentials
import Reports
package import Terminal

/// The program: its subcommands, and the way from a command line to an exit status.
package enum Tool {
  /// The program's version, also what stores record.
  static let version = "0.1.0"
  /// The day of that version, for manuals.
  static let date = "2026-12-01"

  /// Every subcommand, in the order of help.
  package static let program = Program(
    "daunce",
    "which training examples make a model do this?",
    version: version,
    date: date,
    samples: [
      Sample("demo", "the whole job on an embedded example, in a minute"),
      Sample("init --train train.jsonl --queries queries.jsonl", "begin with data of your own"),
      Sample("run run.json5", "the whole job on them"),
      Sample("top run.db --group", "the examples behind its queries"),
    ],
    subcommands: [
      DemoCommand.subcommand, InitCommand.subcommand, ConfigCommand.subcommand,
      PlanCommand.subcommand, RunCommand.subcommand,
      StatusCommand.subcommand, TopCommand.subcommand, VerifyCommand.subcommand,
      InvestigateCommand.subcommand, ReportCommand.subcommand,
      ExportCommand.subcommand,
      ScoreCommand.subcommand, EvaluateCommand.subcommand, CompareCommand.subcommand,
      ValidateCommand.subcommand,
      ProbeCommand.subcommand,
      SandboxCommand.subcommand, CleanCommand.subcommand,
    ],
    topics: [.environment(of: .all)],
    statuses: [ExitStatus(0, "all went well")]
      + Failure.Status.allCases.map { ExitStatus($0.rawValue, $0.meaning) }
  )

  /// Runs a command line; nothing escapes, every error becomes a message and a status.
  ///
  /// - Parameter arguments: The words after the program's name.
  /// - Returns: The exit status.
  package static func main(_ arguments: [String]) async -> Int32 {
    let environment = ProcessInfo.processInfo.environment
    let words = arguments.prefix { $0 != "--" }
    let isColourDisabled = words.contains("--no-color")
    let isEvents = words.contains("--events")
    let style = Console.output.style(
      environment: environment,
      isColourDisabled: isColourDisabled
    )
    do {
      let status = try await program.run(
        arguments,
        output: Program.Output(width: Console.output.width, style: style) {
          Console.output.print($0)
        }
      )
      if isEvents { Console.error.print(CommandEvent.done(status: Int(status)).written) }
      return status
    } catch {
      let failure = Failure(error)
      let errorStyle = Console.error.style(
        environment: environment,
        isColourDisabled: isColourDisabled
      )
      Console.error.print(
        failure.rendered(
          json: words.contains("--json"),
          events: isEvents,
          style: errorStyle
        )
      )
      return failure.status.rawValue
    }
  }
}
