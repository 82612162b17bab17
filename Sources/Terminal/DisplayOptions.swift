/// What every command lets its user say about its output.
package struct DisplayOptions: Sendable, Hashable {
  /// JSON instead of text.
  package var isJSON = false
  /// No progress and no notes.
  package var isQuiet = false
  /// One JSON object a line on standard error, in the place of progress and notes.
  package var isEvents = false
  /// No colour, whatever the stream.
  package var isColourDisabled = false

  package init() {}
}

/// Options of a command whose output can be chosen.
package protocol Displayed: Sendable {
  /// What was chosen.
  var display: DisplayOptions { get set }
}

extension Flag where Options: Displayed {
  /// Options about output that every command has; `--quiet` and `--events` only where there is progress.
  package static func display(json: String?, progress: Bool = false) -> [Flag] {
    var flags: [Flag] = []
    if let json { flags.append(.toggle("json", json, \Options.display.isJSON)) }
    if progress {
      flags.append(
        .toggle("quiet", short: "q", "no progress and no notes", \Options.display.isQuiet)
      )
      flags.append(
        .toggle(
          "events",
          "progress and notes as JSON lines on standard error, quiet or not",
          \Options.display.isEvents
        )
      )
    }
    flags.append(.toggle("no-color", "no colour", \Options.display.isColourDisabled))
    return flags.map { $0.grouped("output") }
  }
}
