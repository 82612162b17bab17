import Attribution
import Runs
import Experiment
import Reports
import Terminal

/// `daunce evaluate`: how well scores find the rows that carry a tag.
enum EvaluateCommand {
  struct Options: ChoosesRun, Scored {
    var store = ""
    var run: String?
    var tag = ""
    var against: String?
    var scoring = ScoringOptions()
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "evaluate",
      "how well scores find tagged rows, beside text search and sure rows",
      samples: [
        Sample("evaluate run.db --tag backdoor --against decoy --group"),
        Sample("evaluate run.db --tag backdoor --estimator correlation --json"),
      ],
      positionals: [.required("STORE", "a run's store", \.store)],
      flags: [
        Flag.value("tag", "TAG", "the rows to find and the queries that ask for them", \.tag)
          .required(),
        .value("against", "TAG", "rows with the same output and another cause", \.against),
        .run,
      ] + Flag.scoring(group: "ask all queries of a tag as one")
        + Flag.display(json: "one JSON object"),
      discussion:
        "Tags are the user's own; no method reads them. 'low-volatility' ranks rows by how little "
        + "their losses move over the models, whatever is asked: a score that does not beat it has found "
        + "sure rows, no cause.",
      defaults: Options()
    )
  ) { options in
    let record = try options.record()
    let evaluation = try record.study.evaluate(
      tag: options.tag,
      against: options.against,
      grouped: options.scoring.isGrouped,
      method: options.scoring.method
    )
    let display = Display(options.display)
    if let caution = record.settings.prompts?.caution { display.tell(.remark(caution)) }
    if record.settings.prompts != nil,
      let warning = CommonComponent.warning(share: evaluation.commonShare)
    {
      display.tell(.warning(warning))
    }
    try display.show(Page(evaluation), json: Records.evaluation(evaluation))
    return 0
  }
}
