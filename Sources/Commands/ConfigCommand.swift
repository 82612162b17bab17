import Configuration
import Experiment
import FoundationEssentials
import Reports
import Terminal

/// `daunce config`: what a configuration comes to.
enum ConfigCommand {
  /// What can be done with a configuration.
  enum Action: String, CaseIterable, Sendable {
    /// Print each value and where it came from.
    case show
  }

  struct Options: Displayed {
    var action = Action.show
    var configuration = ""
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "config",
      "each value that a run will use, and where it came from",
      samples: [
        Sample("config show run.json5", "file line, default, host profile or environment"),
        Sample("config show run.json5 --json", "the same for a script"),
      ],
      positionals: [
        .choice("ACTION", "what to do", \.action),
        .required("CONFIG", "configuration file (JSON5)", \.configuration),
      ],
      flags: Flag.display(json: "one JSON object"),
      discussion: "Of a key only whether it is set is shown. The network stays untouched.",
      defaults: Options()
    )
  ) { options in
    let configuration = try RunConfiguration.read(file: options.configuration)
    let environment = ProcessInfo.processInfo.environment
    let sheet = try ConfigurationSheet(
      configuration,
      written: RunConfiguration.written(file: options.configuration),
      corpus: Corpus(configuration.data),
      environment: environment
    )
    let display = Display(options.display)
    if options.display.isJSON {
      try display.show(record(sheet, file: options.configuration))
    } else {
      let style = Console.output.style(
        environment: environment,
        isColourDisabled: options.display.isColourDisabled
      )
      let text = lines(sheet, style).map { $0 + "\n" }.joined()
      try Console.output.write(Array(text.utf8))
    }
    return 0
  }

  private static func lines(_ sheet: ConfigurationSheet, _ style: Style) -> [String] {
    let width = Console.output.width
    let table = Table(
      [
        Table.Column("key", minimum: 24), Table.Column("value", minimum: 12),
        Table.Column("from"),
      ],
      rows: sheet.entries.map { entry in
        [
          StyledText(entry.path, .accent), StyledText(entry.words),
          StyledText(entry.origin.words, entry.origin == .standard ? .faint : .plain),
        ]
      }
    )
    let rest = StyledText("not set: " + sheet.unset.joined(separator: ", "), .faint)
    return table.lines(width: width, style: style) + [""]
      + rest.wrapped(to: width).map { $0.rendered(style) }
  }

  private static func record(_ sheet: ConfigurationSheet, file: String) -> JSONValue {
    .object([
      ("schema", .integer(1)), ("file", .string(file)),
      (
        "values",
        .array(
          sheet.entries.map { entry in
            .object([
              ("key", .string(entry.path)), ("value", entry.value),
              ("from", .string(entry.origin.words)),
            ])
          }
        )
      ),
      ("unset", .strings(sheet.unset)),
    ])
  }
}
