import Configuration
import Experiment
import Reports
import Runs
import Terminal

/// `daunce report`: one file about one or several runs, for people who have nothing but a browser.
enum ReportCommand {
  struct Options: Displayed {
    var stores: [String] = []
    var run: String?
    var output: String?
    var count = Defaults.reported
    var isRedacted = false
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "report",
      "one self-contained page: the answer, the proof, the plots",
      samples: [
        Sample("report run.db -o run.html", "opens anywhere, asks for nothing"),
        Sample("report run.db mirrored.db -o both.html", "several runs on one page"),
        Sample("report run.db -o run.html --redact", "without a word of the examples"),
        Sample("report run.db", "the same as text"),
      ],
      positionals: [.rest("STORE", "stores of runs, one at least", \.stores)],
      flags: [
        .value("output", short: "o", "FILE", "the page (.html); default: text here", \.output),
        .value("count", short: "n", "N", "length of each list", in: 1...1_000, \.count),
        .toggle(
          "redact",
          "leave out all texts and the words of triggers: ids, tags, scores and plots remain",
          \.isRedacted
        ),
        .value("run", "NAME", "one of several runs in the store; default: the last one", \.run),
      ] + Flag.display(json: nil),
      discussion:
        "The page is one file that loads nothing and can be read without a script, on a phone, on "
        + "paper. Its data are inside as JSON, in the element 'data'. The same store gives the same bytes.",
      defaults: Options()
    )
  ) { options in
    guard !options.stores.isEmpty else {
      throw UsageError(.missing, "missing argument STORE", hint: "see 'daunce help report'")
    }
    guard options.run == nil || options.stores.count == 1 else {
      throw UsageError(
        .badValue,
        "'--run' names a run of one store, and there are \(options.stores.count)",
        hint: "leave it out: each store's last run is taken"
      )
    }
    if let output = options.output, !output.lowercased().hasSuffix(".html") {
      throw Failure(
        .usage,
        "cannot write '\(output)': the report is a page",
        hint: "name a file that ends in .html"
      )
    }
    let reports = try options.stores.map { store in
      let record = try RunRecord(path: store, run: options.run)
      let name = store.split(separator: "/").last.map(String.init) ?? store
      let report = try RunReport(
        record,
        store: name,
        study: record.study,
        top: options.count,
        singles: Defaults.reportedSingles
      )
      return options.isRedacted ? report.redacted : report
    }
    let document = Document(reports)
    let display = Display(options.display)
    guard let output = options.output else {
      try display.show(document)
      return 0
    }
    let file = try OutputFile(path: output)
    try file.write(document.html)
    try file.finish()
    display.note("'\(output)' is written")
    return 0
  }
}
