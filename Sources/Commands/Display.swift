import Experiment
import FoundationEssentials
import Reports
import Terminal

/// What every command lets its user say about its output.
struct DisplayOptions: Sendable, Hashable {
  /// JSON instead of text.
  var isJSON = false
  /// No progress and no notes.
  var isQuiet = false
  /// No colour, whatever the stream.
  var isColourDisabled = false
}

/// Options of a command whose output can be chosen.
protocol Displayed: Sendable {
  /// What was chosen.
  var display: DisplayOptions { get set }
}

extension Flag where Options: Displayed {
  /// Options about output that every command has; `--quiet` only where there is progress.
  static func display(json: String?, progress: Bool = false) -> [Flag] {
    var flags: [Flag] = []
    if let json { flags.append(.toggle("json", json, \Options.display.isJSON)) }
    if progress {
      flags.append(
        .toggle("quiet", short: "q", "no progress and no notes", \Options.display.isQuiet)
      )
    }
    flags.append(.toggle("no-color", "no colour", \Options.display.isColourDisabled))
    return flags.map { $0.grouped("output") }
  }
}

/// Where a command's words go: the result to standard output, all else to standard error.
struct Display: Sendable {
  /// What the user chose.
  let options: DisplayOptions
  private let environment = ProcessInfo.processInfo.environment

  /// Creates a display.
  init(_ options: DisplayOptions) { self.options = options }

  /// Writes a page of the result.
  ///
  /// - Parameter page: The page.
  /// - Throws: `ConsoleError`.
  func show(_ page: Page) throws(ConsoleError) {
    let console = Console.output
    let style = console.style(
      environment: environment,
      isColourDisabled: options.isColourDisabled
    )
    try console.write(Array(page.rendered(width: console.width, style: style).utf8))
  }

  /// Writes one JSON document of the result as a line.
  ///
  /// - Parameter value: The document.
  /// - Throws: `ConsoleError`.
  func show(_ value: JSONValue) throws(ConsoleError) {
    try Console.output.write(value.bytes + [0x0A])
  }

  /// Writes a line to standard error.
  func note(_ text: String) {
    if !options.isQuiet { Console.error.print(text.neutralised + "\n") }
  }

  /// A progress line on standard error.
  func progress() -> Progress {
    Progress(
      environment: environment,
      isQuiet: options.isQuiet,
      isColourDisabled: options.isColourDisabled
    )
  }
}

/// Runs a command's body until it ends or SIGINT or SIGTERM asks it to stop.
///
/// - Parameter body: What to do; it is cancelled at the first signal.
/// - Returns: What the body returns.
/// - Throws: What the body throws, `CancellationError` when it was cancelled.
func interruptible<Result: Sendable>(
  _ body: @escaping @Sendable () async throws -> Result
) async throws -> Result {
  // Not structured: a signal comes from outside of every task.
  let task = Task { try await body() }
  let interruption = Interruption { task.cancel() }
  defer { withExtendedLifetime(interruption) {} }
  return try await task.value
}
