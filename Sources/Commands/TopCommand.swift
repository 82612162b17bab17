import Attribution
import Configuration
import Runs
import Experiment
import Reports
import Terminal

/// `daunce top`: the most influential examples.
enum TopCommand {
  struct Options: ChoosesRun, Scored {
    var store = ""
    var run: String?
    var queries: [String] = []
    var tag: String?
    var count = Defaults.top
    var scoring = ScoringOptions()
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "top",
      "the training examples that matter most for queries",
      samples: [
        Sample("top run.db --query query-0", "for one query"),
        Sample("top run.db --tag backdoor --group -n 50", "for all queries with a tag, as one"),
        Sample("top run.db --json", "one JSON object a query"),
      ],
      positionals: [.required("STORE", "a run's store", \.store)],
      flags: [
        .repeated("query", "ID", "a query; default: all", \.queries),
        .value("tag", "TAG", "the queries that carry a tag", \.tag),
        .value("count", short: "n", "N", "length of each list", in: 1...1_000_000, \.count),
        .run,
      ] + Flag.scoring(group: "ask all chosen queries as one")
        + Flag.display(json: "one JSON object a query or group, each on a line"),
      discussion:
        "A positive score means that the example helps the query: its presence lowers the "
        + "query's loss. A rule shows where chance begins: the best row scores above it in 5 % of runs "
        + "with nothing to find.",
      defaults: Options()
    )
  ) { options in
    let record = try options.record()
    let tagged = try options.tag.map { tag throws(AttributionError) in
      try record.corpus.queries(tagged: tag)
    }
    let findings = try record.study.findings(
      queries: options.queries + (tagged ?? []),
      grouped: options.scoring.isGrouped,
      top: options.count,
      method: options.scoring.method
    )
    let display = Display(options.display)
    if let caution = record.settings.prompts?.caution { display.tell(.remark(caution)) }
    if record.settings.prompts != nil,
      let warning = CommonComponent.warning(share: findings.first?.reliability.commonShare)
    {
      display.tell(.warning(warning))
    }
    for (index, one) in findings.enumerated() {
      if options.display.isJSON {
        try display.show(Records.findings(one))
      } else {
        if index > 0 { try display.show(Page([.lines([[]])])) }
        try display.show(Page(one))
      }
    }
    return 0
  }
}
