import Attribution
import Configuration
import Experiment
import Reports
import Runs
import Terminal
import Transport

/// `daunce verify`: takes suspects away, trains again and reads the behaviour again.
enum VerifyCommand {
  struct Options: ChoosesRun {
    var store = ""
    var run: String?
    var configuration: String?
    var tag: String?
    var queries: [String] = []
    var rows: String?
    var jobs: Int?
    var isTriaging = false
    var replay: String?
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "verify",
      "prove which rows cause a behaviour, by training without them",
      samples: [
        Sample("verify run.db --tag refusals", "with run.json5 beside it"),
        Sample("verify run.db --tag refusals --rows suspects.txt --jobs 12"),
        Sample("verify run.db --query query-0 --json", "one JSON object, for a script"),
      ],
      positionals: [.required("STORE", "a run's store", \.store)],
      flags: [
        .value(
          "config",
          "FILE",
          "configuration with hosts and keys; default: STORE with extension .json5",
          \.configuration
        ),
        .value("tag", "TAG", "the queries that show the behaviour, by their tag", \.tag),
        .repeated("query", "ID", "a query that shows the behaviour", \.queries),
        .value(
          "rows",
          "FILE",
          "suspects of your own: an id a line, after a tab the name of its cluster",
          \.rows
        ),
        .value("jobs", "N", "trainings at most", in: 1...10_000, \.jobs),
        .toggle(
          "triage",
          "first a small step of θ0 against each cluster, which says where to begin",
          \.isTriaging
        ),
        .value(
          "replay",
          "FILE",
          "answer from a recording (.jsonl) or another run's store; the network stays untouched",
          \.replay
        ),
        .run,
      ] + Flag.display(json: "one JSON object", progress: true),
      discussion:
        "All suspects are taken away first, then sets of them are given back: a set is a cause if "
        + "the behaviour returns with it. Trainings repeat θ0's recipe from its base, in pairs of one seed. "
        + "Stopped at any moment, the same command goes on. Exit status: 0 resolved, 3 not resolved, "
        + "5 over budget, 130 interrupted.",
      defaults: Options()
    ),
    body: { options in try await interruptible { try await run(options) } }
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let display = Display(options.display)
    let record = try options.record()
    let queries = try record.corpus.behaviour(tag: options.tag, ids: options.queries)
    let path = options.configuration ?? RunFiles.configuration(ofStore: options.store)
    let configuration = try RunConfiguration.read(file: path)
    let suspects =
      try options.rows.map { try SuspectFile.read(path: $0, corpus: record.corpus) }
      ?? (SuspectSearch(record.corpus, embeddings: record.embeddings()).clusters(for: queries)
      + record.suspects(for: queries))
      .suspected(in: queries.map { record.corpus.queries[$0] })
    let store = try RunStore(path: options.store)
    let progress = display.progress()
    return try await display.tellingWaits(progress, store: store) {
      let prepared = try await PreparedRun.make(
        configuration,
        store: options.store,
        writing: store,
        way: HostAccess.way(of: store, replay: options.replay)
      )
      for note in prepared.notes { display.tell(.remark(note)) }
      var proving = try Proving(
        suspects,
        of: options.tag ?? (options.queries.first ?? "all queries"),
        queries: queries,
        jobs: options.jobs,
        prepared: prepared
      )
      if options.isTriaging {
        proving = try await proving.triaged(display, progress, writing: store)
      }
      display.note(proving.plan)
      let (verdict, _) = try await proving.verdict(display, progress, writing: store)
      return try prepared.conclude(
        verdict,
        of: proving.behaviour,
        queries: queries,
        planned: proving.forecast.likely,
        display,
        writing: store
      )
    }
  }
}
