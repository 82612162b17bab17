import Attribution
import Configuration
import Runs
import Experiment
import Files
import FoundationEssentials
import Reports
import Scenarios
import Terminal

/// The main job on an embedded example, and the paper's protocol on the same model beside it.
struct Demo: Sendable {
  /// What is planted.
  let scenario: Scenario
  /// The generated examples.
  let corpus: Corpus
  /// The run.
  let run: PreparedRun

  /// Prepares the job; models and start are the defaults where they are `nil`.
  init(scenario: Scenario, seed: UInt64, models: Int?, start: Start?, store: String) throws {
    self.scenario = scenario
    corpus = scenario.corpus(seed: seed)
    var usual = Defaults.Demo.models(scenario)
    usual.count = models ?? usual.count
    usual.start = start ?? usual.start
    run = try PreparedRun(
      corpus: corpus,
      settings: RunSettings(name: scenario.rawValue, provider: "", models: usual, seed: seed),
      store: store
    )
  }

  /// How well the recorded run finds the planted rows, asked as one group.
  func evaluation(_ record: RunRecord) throws -> Evaluation {
    try record.study.evaluate(
      tag: scenario.plantedTag,
      against: scenario.decoyTag,
      grouped: true
    )
  }

  /// What removal proves about the planted behaviour, and how many trainings were expected.
  ///
  /// Suspects come from text and scores, as with anybody's data; no tag of a row is read.
  func proof(_ record: RunRecord, display: Display) async throws -> (Verdict, planned: Int) {
    let queries = try corpus.behaviour(tag: scenario.plantedTag, ids: [])
    let suspects =
      SuspectSearch(corpus).clusters(for: queries) + (try record.suspects(for: queries))
    let proving = try Proving(
      suspects.suspected(in: queries.map { corpus.queries[$0] }),
      of: scenario.plantedTag,
      queries: queries,
      jobs: Defaults.Demo.trainings,
      prepared: run
    )
    let (verdict, _) = try await proving.verdict(
      display,
      display.progress(),
      writing: RunStore(path: run.store),
      isTold: false
    )
    return (verdict, proving.forecast.likely)
  }

  /// The paper's run, with a store of its own: short passes on from the θ0 that the first run made.
  func paperRun(explaining target: ModelReference) throws(AttributionError) -> PreparedRun {
    var settings = RunSettings(
      name: "\(scenario.rawValue), paper",
      provider: run.settings.provider,
      models: Defaults.paper,
      seed: run.settings.seed
    )
    settings.models = run.settings.models
    settings.target = target
    return try PreparedRun(
      corpus: corpus,
      settings: settings,
      providers: run.providers,
      throughput: run.throughput,
      rates: run.rates,
      store: RunFiles.sibling(of: run.store, extension: "paper.db")
    )
  }

  /// How well the paper's score finds the planted rows: plain correlation, query by query.
  func paperEvaluation(_ record: RunRecord) throws -> Evaluation {
    try record.study.evaluate(
      tag: scenario.plantedTag,
      against: scenario.decoyTag,
      method: Method(estimator: .named(.correlation), view: .sum)
    )
  }

  /// How often θ0 does what was planted.
  func behaviour(_ record: RunRecord) async throws -> [Behaviour] {
    let readings = try record.targetReadings().suffix(corpus.queries.count)
    let clean = scenario.cleanQueries(of: corpus).examples
    let answers = try await run.providers.scorer.read(clean, under: record.target.reference)
    return scenario.behaviour(
      in: corpus,
      losses: readings.map { $0?.loss?.value },
      clean: answers.map(\.loss?.value)
    )
  }
}

extension Demo {
  /// Writes the examples and a configuration with which `daunce run` does the same job.
  ///
  /// - Parameter folder: Where to; created when absent.
  /// - Returns: Path of the configuration.
  /// - Throws: `Failure` when a file is there already, `ConsoleError` when one cannot be written.
  func write(to folder: String) throws -> String {
    func lines(_ examples: [Example]) -> [UInt8] {
      examples.flatMap { ExampleFile.line(for: $0, includingIdentity: true) + [0x0A] }
    }
    let settings = run.settings
    let share =
      settings.subset == .ratio(Defaults.local.subsetRatio)
      ? "" : "subsetRatio: \(Defaults.Demo.models(scenario).subsetRatio), "
    let configuration = """
      // \(scenario.summary)
      {
        name: "\(scenario.rawValue)",
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        trainer: { provider: "local" },
        perturbation: { models: \(settings.models), \(share)start: "\(settings.start.rawValue)", seed: \(settings.seed) },
      }

      """
    let files = [
      ("train.jsonl", lines(corpus.train)), ("queries.jsonl", lines(corpus.queries)),
      ("config.json5", Array(configuration.utf8)),
    ]
    let root = folder.hasSuffix("/") ? folder : folder + "/"
    for (name, _) in files where FileManager.default.fileExists(atPath: root + name) {
      throw Failure(
        .usage,
        "cannot write '\(root + name)': there is such a file already",
        hint: "choose another folder with --write"
      )
    }
    do {
      try PrivateFile.makeFolder(folder)
    } catch {
      throw Failure(
        .failed,
        "cannot create folder '\(folder)'",
        hint: "choose a folder you may write to with --write"
      )
    }
    for (name, bytes) in files {
      let file = try OutputFile(path: root + name, isPrivate: true)
      try file.write(bytes)
      try file.finish()
    }
    return root + "config.json5"
  }
}
