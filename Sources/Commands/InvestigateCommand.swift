import Attribution
import Configuration
import Experiment
import Hosts
import Reports
import Runs
import Terminal
import Transport

/// `daunce investigate`: from a behaviour to a proven answer, under a budget.
enum InvestigateCommand {
  struct Options: Displayed {
    var configuration = ""
    var store: String?
    var tag: String?
    var queries: [String] = []
    var jobs: Int?
    var dollars: Double?
    var replay: String?
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "investigate",
      "from a behaviour to the rows that cause it, proven, under a budget",
      samples: [
        Sample("investigate run.json5 --tag refusals --jobs 20"),
        Sample("investigate run.json5 --tag refusals --dollars 15 --json"),
      ],
      positionals: [.required("CONFIG", "configuration file (JSON5)", \.configuration)],
      flags: [
        .value("store", "FILE", "the run's store; default: CONFIG with extension .db", \.store),
        .value("tag", "TAG", "the queries that show the behaviour, by their tag", \.tag),
        .repeated("query", "ID", "a query that shows the behaviour", \.queries),
        .value("jobs", "N", "trainings at most", in: 1...10_000, \.jobs),
        .value("dollars", "D", "US dollars at most", in: 0...1_000_000, \.dollars),
        .value(
          "replay",
          "FILE",
          "answer from a recording (.jsonl) or another run's store; the network stays untouched",
          \.replay
        ),
      ] + Flag.display(json: "one JSON object", progress: true),
      discussion:
        "The cheapest first, each step only if the one before did not settle it: text search and "
        + "removal of its suspects; small steps on the behaviour and removal of theirs; the run's own models "
        + "and removal of what scores above chance. Stopped at any moment, the same command goes on. Exit "
        + "status: 0 resolved, 3 not resolved, 5 over budget, 130 interrupted.",
      defaults: Options()
    ),
    body: { options in try await interruptible { try await run(options) } }
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let display = Display(options.display)
    let configuration = try RunConfiguration.read(file: options.configuration)
    let path = options.store ?? RunFiles.store(ofConfiguration: options.configuration)
    let store = try RunStore(path: path)
    let progress = display.progress()
    return try await display.tellingWaits(progress, store: store) {
      let way = try HostAccess.way(of: store, replay: options.replay)
      var prepared = try await PreparedRun.make(
        configuration,
        store: path,
        writing: store,
        way: way
      )
      if let dollars = options.dollars {
        guard prepared.rates != nil else {
          throw Failure(
            .usage,
            "cannot keep to $\(dollars): no price is known for this host",
            hint: "name a price list: budget: { prices: \"prices.json5\" }"
          )
        }
        prepared.cap = min(prepared.cap ?? dollars, dollars)
      }
      for note in prepared.notes { display.tell(.remark(note)) }
      let queries = try prepared.corpus.behaviour(tag: options.tag, ids: options.queries)
      try await store.embed(
        prepared.corpus,
        with: configuration.embeddings.map { try HostedEmbedder($0, way: way) },
        display: display
      )
      let behaviour = options.tag ?? options.queries.first ?? "all queries"
      var investigation = Investigation(
        prepared,
        of: behaviour,
        queries: queries,
        jobs: options.jobs,
        display: display,
        progress: progress,
        store: store
      )
      let verdict = try await investigation.verdict()
      return try prepared.conclude(
        verdict,
        of: behaviour,
        queries: queries,
        planned: investigation.planned,
        display,
        writing: store
      )
    }
  }
}
