import Attribution
import Runs
import Experiment
import Files
import FoundationEssentials
import ReferenceModels
import Scenarios
import Terminal

/// The main job on an embedded example, and the paper's protocol on the same model beside it.
struct Demo: Sendable {
  /// What is planted.
  let scenario: Scenario
  /// The generated examples.
  let corpus: Corpus
  /// The run.
  let workbench: Workbench

  /// Prepares the job.
  ///
  /// - Parameters:
  ///   - scenario: What is planted.
  ///   - seed: Seed of the corpus and of everything random in the run.
  ///   - models: Perturbed models; `nil` is the recipe's number.
  ///   - start: Where perturbed models start; `nil` is the recipe's choice.
  ///   - store: Path of the store.
  /// - Throws: What `Workbench` throws.
  init(scenario: Scenario, seed: UInt64, models: Int?, start: Start?, store: String) throws {
    self.scenario = scenario
    corpus = scenario.corpus(seed: seed)
    var recipe = LocalRecipe.standard
    // A behaviour with many separate causes needs more models than a single trigger.
    recipe.models = models ?? (scenario == .trigger ? recipe.models : 200)
    recipe.start = start ?? recipe.start
    workbench = try Workbench(
      corpus: corpus,
      settings: RunSettings(name: scenario.rawValue, provider: "local", recipe: recipe, seed: seed),
      architecture: recipe.architecture,
      store: store
    )
  }

  /// How well the recorded run finds the planted rows, asked as one group.
  ///
  /// - Parameter record: The run's record.
  /// - Returns: The figures of `auto` beside the baselines'.
  /// - Throws: `AttributionError` or `RunError`.
  func evaluation(_ record: RunRecord) throws -> Evaluation {
    try Study(record).evaluate(
      tag: scenario.plantedTag,
      against: scenario.decoyTag,
      grouped: true
    )
  }

  /// The paper's run: short passes on from the θ0 that the first run made.
  ///
  /// - Parameter target: θ0.
  /// - Returns: A run with a store of its own beside the first one's.
  /// - Throws: `AttributionError` when its subsets cannot be drawn.
  func paperWorkbench(explaining target: ModelReference) throws(AttributionError) -> Workbench {
    var recipe = LocalRecipe.paper
    recipe.models = workbench.settings.models
    var settings = RunSettings(
      name: "\(scenario.rawValue), paper",
      provider: workbench.settings.provider,
      recipe: recipe,
      seed: workbench.settings.seed
    )
    settings.target = target
    return try workbench.rearranged(
      settings,
      store: Workbench.siblingPath(of: workbench.store, extension: "paper.db")
    )
  }

  /// How well the paper's score finds the planted rows: plain correlation, query by query.
  ///
  /// - Parameter record: The record of the paper's run.
  /// - Returns: The figures.
  /// - Throws: `AttributionError` or `RunError`.
  func paperEvaluation(_ record: RunRecord) throws -> Evaluation {
    try Study(record).evaluate(
      tag: scenario.plantedTag,
      against: scenario.decoyTag,
      method: Method(estimator: .named(.correlation), view: .sum)
    )
  }

  /// How often θ0 does what was planted.
  ///
  /// Clean queries are asked for the planted completion too where there is just one, such as a refusal;
  /// otherwise for their own.
  ///
  /// - Parameter record: The run's record.
  /// - Returns: A group of queries each.
  /// - Throws: `RunError`, or what the provider throws.
  func behaviour(_ record: RunRecord) async throws -> [Behaviour] {
    let readings = try record.targetReadings().suffix(corpus.queries.count)
    func queries(_ tag: String) -> [Example] { corpus.queries.filter { $0.tags.contains(tag) } }
    let planted = Set(queries(scenario.plantedTag).map(\.completion))
    var groups = [scenario.plantedTag, scenario.decoyTag].map { tag in
      Behaviour(
        tag: tag,
        isPlanted: true,
        losses: zip(corpus.queries, readings).filter { $0.0.tags.contains(tag) }.map(
          \.1?.loss?.value
        )
      )
    }
    let clean = queries(scenario.cleanTag).map { query in
      Example(
        id: query.id,
        prompt: query.prompt,
        completion: planted.count == 1 ? planted.first ?? query.completion : query.completion
      )
    }
    let answers = try await workbench.scorer.read(clean, under: record.target.reference)
    groups.append(
      Behaviour(
        tag: scenario.cleanTag,
        isPlanted: planted.count == 1,
        losses: answers.map(\.loss?.value)
      )
    )
    return groups
  }

  /// How often θ0 gives one completion or another to a group of queries.
  struct Behaviour: Sendable, Hashable {
    /// The group's tag.
    let tag: String
    /// Whether the completion asked for is the planted one, or else the right one.
    let isPlanted: Bool
    /// Number of queries.
    let queries: Int
    /// Queries to which θ0 gives it with a probability above one half.
    let given: Int

    init(tag: String, isPlanted: Bool, losses: [Double?]) {
      self.tag = tag
      self.isPlanted = isPlanted
      queries = losses.count
      given = losses.count { ($0 ?? .infinity) < 0.6931 }
    }
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
    let settings = workbench.settings
    let configuration = """
      // \(scenario.summary)
      {
        name: "\(scenario.rawValue)",
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        trainer: { provider: "local" },
        perturbation: { models: \(settings.models), start: "\(settings.start.rawValue)", seed: \(settings.seed) },
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
