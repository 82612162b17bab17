import Configuration
import Runs
import Experiment
import Hosts
import Reports
import Terminal
import Transport

/// `daunce score`: the loss of each example of a file under one model.
enum ScoreCommand {
  struct Options: Displayed {
    var configuration = ""
    var file = ""
    var model = ""
    var store: String?
    var limit: Double?
    var display = DisplayOptions()
  }

  static let subcommand = Subcommand(
    Command(
      "score",
      "NLL of each completion of a file under one model",
      samples: [
        Sample("score run.json5 --model target queries.jsonl", "under the model to explain"),
        Sample("score run.json5 --model model-3 queries.jsonl --json"),
        Sample("score run.json5 --model base train.jsonl", "before any training"),
        Sample(
          "score run.json5 --model target bad.jsonl --fail-above 0.1",
          "a check for a pipeline"
        ),
      ],
      positionals: [
        .required("CONFIG", "configuration file (JSON5)", \.configuration),
        .required("FILE", "examples (JSONL)", \.file),
      ],
      flags: [
        Flag.value("model", "M", "base, target, model-<k> of the run, or a weights key", \.model)
          .required(),
        .value("store", "FILE", "the run's store; default: CONFIG with extension .db", \.store),
        .value(
          "fail-above",
          "P",
          "end with status 1 if the completions' mean probability exceeds it",
          in: 0...1,
          \.limit
        ),
      ] + Flag.display(json: "one JSON object an example, each on a line", progress: true),
      discussion: "With --fail-above the exit status says whether a model shows a behaviour: 0 at "
        + "most P, 1 above it, 3 where so many losses are missing that both may be.",
      defaults: Options()
    ),
    body: { options in
      try await interruptible {
        let display = Display(options.display)
        return try await display.tellingWaits(display.progress()) { try await run(options) }
      }
    }
  )

  private static func run(_ options: Options) async throws -> Int32 {
    let store = options.store ?? RunFiles.store(ofConfiguration: options.configuration)
    let examples = try ExampleFile.read(path: options.file, role: .query)
    let configuration = try RunConfiguration.read(file: options.configuration)
    let prepared = try await PreparedRun.make(
      configuration,
      store: store,
      ledger: LateLedger(store: store),
      way: HostAccess.Way(
        engine: HostRegistry.all.isEmbedded(configuration.scorer.endpoint.provider)
          ? nil : HTTPEngine.trusting()
      )
    )
    try prepared.requireFitting(examples)
    let model = try reference(to: options.model, store: store, run: configuration.name)
    let display = Display(options.display)
    let scorer = prepared.providers.scorer
    try await scorer.open(model)
    let readings: [LossReading]
    do {
      readings = try await read(examples, model, scorer, display)
    } catch {
      await scorer.close(model)
      throw error
    }
    await scorer.close(model)
    if let limit = options.limit {
      let check = ProbabilityCheck(zip(examples.map(\.id), readings.map(\.loss)), limit: limit)
      try check.require(of: options.file, under: options.model)
    }
    return 0
  }

  private static func read(
    _ examples: [Example],
    _ model: ModelReference?,
    _ scorer: any Scorer,
    _ display: Display
  ) async throws -> [LossReading] {
    var all: [LossReading] = []
    var rows: [(id: String, reading: LossReading)] = []
    var missing: [(reason: String, example: String, count: Int)] = []
    let batch = scorer.scorerCapabilities.batch
    for first in stride(from: 0, to: examples.count, by: batch) {
      try Task.checkCancellation()
      let some = Array(examples[first..<min(first + batch, examples.count)])
      let readings = try await scorer.read(some, under: model)
      all += readings
      for (example, reading) in zip(some, readings) {
        if let reason = reading.reason { missing.append((reason, example.id, 1)) }
        if display.options.isJSON {
          try display.show(Records.read(reading, id: example.id))
        } else {
          rows.append((example.id, reading))
        }
      }
    }
    if !display.options.isJSON { try display.show(Page(readings: rows)) }
    for group in RunStatus.Missing.grouped(missing) { display.note("missing: \(group.line)") }
    return all
  }

  /// The model that a name stands for; `nil` is the untrained base.
  private static func reference(to name: String, store: String, run: String) throws
    -> ModelReference?
  {
    if name == "base" { return nil }
    guard name == "target" || name.hasPrefix("model-") else { return ModelReference(name) }
    let record = try RunRecord(path: store, preferring: run)
    guard let model = ([record.target] + record.models).first(where: { $0.name == name }) else {
      throw Failure(
        .usage,
        "cannot score under '\(name)': the run has no such model",
        hint: "there are target and model-0 to model-\(record.models.count - 1)"
      )
    }
    guard let reference = model.reference else {
      throw Failure(
        .failed,
        "cannot score under '\(name)': it is not trained yet",
        hint: "finish the run first: the same 'daunce run' resumes it"
      )
    }
    return reference
  }
}
