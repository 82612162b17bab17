import Attribution
import Experiment
import Reports
import Runs
import Terminal

/// `daunce compare`: runs and estimators side by side, at equal cost.
enum CompareCommand {
  struct Options: Displayed {
    var store = ""
    var others: [String] = []
    var tag: String?
    var against: String?
    var estimators: [EstimatorRequest] = []
    var view = OrAuto<LossView>.auto
    var isGrouped = false
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "compare",
      "runs and estimators side by side, at equal cost",
      samples: [
        Sample("compare half.db third.db --tag backdoor --against decoy --group", "two designs"),
        Sample("compare run.db --tag backdoor", "all estimators of one run"),
        Sample("compare a.db b.db --estimator ridge --estimator correlation --json"),
      ],
      positionals: [
        .required("STORE", "a run's store; differences are to its first run", \.store),
        .rest("STORE", "stores of other runs of the same rows and queries", \.others),
      ],
      flags: [
        .value("tag", "TAG", "the queries to ask, and the rows to find; default: all", \.tag),
        .value("against", "TAG", "rows with the same output and another cause", \.against),
        Flag.toggle("group", "ask all queries as one", \.isGrouped).grouped("scoring"),
        Flag.choices(
          "estimator",
          "NAME",
          "how losses become scores; default: auto, for one run all that apply",
          \.estimators
        ).grouped("scoring"),
        Flag.choice("view", "VIEW", "which part of a completion counts", \.view).grouped("scoring"),
      ] + Flag.display(json: "one JSON object"),
      discussion:
        "Runs are cut to their first models, as many as the cheapest has trained. Where rows have the tag, "
        + "rankings are judged by it, as 'evaluate' does; otherwise by what can be said without the truth: how "
        + "well two halves of the models agree, and how many rows are above chance. Each difference to the "
        + "first has a paired 95 % interval; one that holds 0 shows no difference.",
      defaults: Options()
    )
  ) { options in
    let display = Display(options.display)
    var runs: [(name: String, record: RunRecord)] = []
    for path in [options.store] + options.others { runs += try records(in: path, options, display) }
    guard !runs.isEmpty else {
      throw Failure(.usage, "cannot compare '\(options.store)': no run has three read models")
    }
    let methods = methods(options, isAlone: runs.count == 1)
    let comparison = try RunComparison(
      of: runs.map { ComparedRun($0.record, name: $0.name, methods: methods) },
      tag: options.tag,
      against: options.against,
      grouped: options.isGrouped
    )
    try display.show(Page(comparison), json: Records.comparison(comparison))
    return 0
  }

  /// The runs of a store but proofs, called by their names, or by the store where there are several of those.
  private static func records(
    in path: String,
    _ options: Options,
    _ display: Display
  ) throws -> [(name: String, record: RunRecord)] {
    let first = try RunRecord(path: path)
    let all = try first.runs.map { name throws(RunError) in
      try RunRecord(path: path, run: name)
    }.filter { $0.settings.perturbation != .removal }
    return all.compactMap { record in
      let own = record.settings.name
      let name = options.others.isEmpty ? own : all.count > 1 ? "\(path) \(own)" : path
      // It would cut all others to nothing.
      guard record.rows().count >= 3 else {
        display.tell(
          .remark("'\(name)' is left out: \(record.rows().count) of its models are read")
        )
        return nil
      }
      return (name, record)
    }
  }

  private static func methods(_ options: Options, isAlone: Bool) -> [Method] {
    let chosen =
      !options.estimators.isEmpty
      ? options.estimators : isAlone ? EstimatorRequest.allCases : [.auto]
    return chosen.map { Method(estimator: $0, view: options.view.choice) }
  }
}

extension ComparedRun {
  /// A recorded run, with fast arithmetic.
  fileprivate init(_ record: RunRecord, name: String, methods: [Method]) {
    self.init(
      name: name,
      study: record.study,
      methods: methods,
      isTrained: record.settings.prompts == nil,
      copies: record.settings.perturbation.copies,
      dollars: record.spending?.dollars
    )
  }
}
