import Attribution
import Experiment
import FoundationEssentials
import TestSupport
import Testing

@testable import Runs

struct PlanTests {
  @Test
  func `a plan counts what the run then asks for`() async throws {
    let folder = try TemporaryFolder()
    let scene = Scene()
    let calls = Counter()
    let (trainer, scorer) = (ScriptedTrainer(), ScriptedScorer { _, _ in calls.add(1) })
    let plan = Run.plan(
      corpus: scene.corpus,
      settings: scene.settings,
      trainer: trainer,
      scorer: scorer,
      rates: .free,
      throughput: .init(trainingTokensPerSecond: 10, scoringTokensPerSecond: 20)
    )
    _ = try await scene.open(folder.path("run.db"), trainer, scorer).execute()
    #expect(plan.jobs == trainer.jobs.count)
    #expect(plan.requests == calls.value)
    #expect(plan.dollars == 0)
    // Completions "answer n²": 8 characters for n < 4, else 9; four more for each prompt.
    let train = 4 * 12 + 6 * 13
    let perturbed = (Double(train) * 0.7 * 4).rounded()
    #expect(plan.trainingTokens == train + Int(perturbed))
    let tokens = scorer.read.reduce(0) { sum, entry in
      let id = entry.key.split(separator: "/")[1]
      let example = (scene.corpus.train + scene.corpus.queries).first { $0.id == id }
      return sum + entry.value * (example.map { scorer.tokens(in: $0) } ?? 0)
    }
    #expect(plan.scoringTokens == tokens)
    let seconds = Double(plan.trainingTokens) / 10 + Double(plan.scoringTokens) / 20
    #expect(plan.hours == seconds / 3600)
  }

  @Test
  func `ids and texts of rows are told apart by their bytes`() throws {
    let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
    func row(_ text: String) -> Example { Example(id: text, prompt: .text(text), completion: "x") }
    let corpus = Corpus(train: [row(composed), row(decomposed)], queries: [row(composed)])
    let scene = Scene()
    var settings = scene.settings
    settings.models = 2
    let design = try SubsetDesign.random(examples: 2, models: 2, size: 1, start: .base, seed: 1)
    settings.start = .base
    let capabilities = ScriptedTrainer().trainerCapabilities
    try settings.validate(corpus: corpus, design: design, trainer: capabilities)
    let twice = Corpus(train: [row(composed), row(composed)], queries: [row(composed)])
    #expect(throws: RunError.self) {
      try settings.validate(corpus: twice, design: design, trainer: capabilities)
    }
    let plan = Run.plan(
      corpus: corpus,
      settings: settings,
      trainer: ScriptedTrainer(),
      scorer: ScriptedScorer()
    )
    #expect(!plan.warnings.contains { $0.contains("repeat an earlier one") })
    #expect(plan.warnings.contains { $0.contains("1 training rows differ from an earlier one") })
  }

  @Test
  func `models behind prompts cost scored inputs and no jobs`() {
    let scene = Scene()
    let fine = ScriptedTrainer()
    var capabilities = fine.trainerCapabilities
    capabilities.scoredInputs = 9
    capabilities.scoringCalls = 3
    func plan(_ trainer: ScriptedTrainer) -> RunPlan {
      Run.plan(
        corpus: scene.corpus,
        settings: scene.settings,
        trainer: trainer,
        scorer: ScriptedScorer()
      )
    }
    let (tuned, prompted) = (plan(fine), plan(ScriptedTrainer(capabilities: capabilities)))
    #expect(prompted.jobs == 1)
    // Completions "answer n²" of ten rows: 12.6 tokens on average, counted as 12; batches of four.
    #expect(prompted.trainingTokens == 4 * 12 + 6 * 13)
    #expect(prompted.scoringTokens == tuned.scoringTokens + 4 * 9 * 12)
    #expect(prompted.requests == tuned.requests + 4 * 3)
  }

  @Test
  func `where completions are walked, a request a token is counted`() {
    let scene = Scene()
    func plan(_ scorer: any Scorer) -> RunPlan {
      Run.plan(
        corpus: scene.corpus,
        settings: scene.settings,
        trainer: ScriptedTrainer(),
        scorer: scorer,
        throughput: .init(trainingTokensPerSecond: .infinity, requestsPerMinute: 60)
      )
    }
    let (whole, walked) = (plan(ScriptedScorer(batch: 1)), plan(WalkingScorer()))
    #expect(walked.requests == 2 * whole.requests)
    #expect(walked.scoringTokens == whole.scoringTokens)
    #expect(walked.hours == whole.hours.map { $0 * 2 })
  }

  @Test
  func `a given target costs no job and unknown rates give no hours`() {
    var settings = Scene().settings
    settings.target = ModelReference("ft:x")
    let plan = Run.plan(
      corpus: .scripted(),
      settings: settings,
      trainer: ScriptedTrainer(),
      scorer: ScriptedScorer()
    )
    #expect(plan.jobs == 4)
    #expect(plan.hours == nil)
    #expect(plan.dollars == nil)
  }

  @Test
  func `warnings name what will go wrong`() {
    func row(_ id: String, _ prompt: String, _ completion: String) -> Example {
      Example(id: id, prompt: .text(prompt), completion: completion)
    }
    let corpus = Corpus(
      train: [
        row("a", "Why?", "Because."), row("b", "Why?", "Because."), row("c", "why", "because"),
        row("d", "How?", "So."),
      ],
      queries: [row("q", "How?", "So.")]
    )
    var settings = RunSettings(
      name: "w",
      provider: "scripted",
      models: 2,
      subset: .ratio(1),
      start: .target,
      repeats: .init(train: 0, queries: 0),
      parallelJobs: 9
    )
    let weak = ScriptedTrainer(
      capabilities: TrainerCapabilities(
        continuesTuned: false,
        weighted: false,
        minimumExamples: 5,
        parallelJobs: 2
      )
    )
    let plan = Run.plan(
      corpus: corpus,
      settings: settings,
      trainer: weak,
      scorer: ScriptedScorer()
    )
    for part in [
      "2 models are few", "every model would see every training example", "minimum of 5",
      "cannot continue from a tuned model", "runs 2 jobs side by side", "no pair is read twice",
      "epochs are the provider's choice",
      "1 training rows repeat an earlier one and share its influence (first: 'b' and 'a')",
      "case, spacing, punctuation or Unicode form only (first: 'c' and 'a')",
      "found as their own cause (first: 'q' and 'd')",
    ] {
      #expect(plan.warnings.contains { $0.contains(part) }, "\(part)")
    }
    settings = RunSettings(
      name: "w",
      provider: "scripted",
      models: 25,
      subset: .ratio(0.5),
      start: .target,
      repeats: .init(train: 32, queries: 8),
      hyperparameters: .init(epochs: 1),
      targetHyperparameters: .init(epochs: 1)
    )
    let quiet = Run.plan(
      corpus: .scripted(),
      settings: settings,
      trainer: ScriptedTrainer(),
      scorer: ScriptedScorer()
    )
    #expect(quiet.warnings == [])
  }

  @Test
  func `settings survive their JSON`() throws {
    let settings = RunSettings(
      name: "all",
      provider: "x",
      models: 3,
      subset: .ratio(0.1),
      start: .base,
      seed: .max,
      weighted: true,
      repeats: .init(train: 1, queries: 2),
      hyperparameters: .init(epochs: 1, batchSize: 2, learningRateMultiplier: 0.3),
      target: ModelReference("t"),
      base: ModelReference("b"),
      keepsCheckpoints: true
    )
    let data = try JSONEncoder().encode(settings)
    #expect(try JSONDecoder().decode(RunSettings.self, from: data) == settings)
  }

  @Test(arguments: [(32, 8, 25), (5, 8, 3), (1000, 1000, 4), (0, 1, 1)])
  func `repeated pairs are distinct, capped and spread over the models`(
    train: Int,
    queries: Int,
    models: Int
  ) {
    let settings = RunSettings(
      name: "r",
      provider: "x",
      models: models,
      subset: .ratio(0.5),
      start: .target,
      repeats: .init(train: train, queries: queries)
    )
    let pairs = settings.repeatedPairs(train: 100, queries: 2)
    #expect(pairs.count == models)
    for pair in pairs { #expect(pair == Set(pair).sorted()) }
    let all = pairs.flatMap(\.self)
    let counts = pairs.map { list in list.count { $0 < 100 } }
    let (least, most) = (counts.min() ?? 0, counts.max() ?? 0)
    #expect(all.count { $0 < 100 } == min(train, 100 * models))
    #expect(most - least <= 1)
    #expect(all.count { $0 >= 100 } == min(queries, 2 * models))
    #expect(all.allSatisfy { $0 >= 0 && $0 < 102 })
  }
}

/// Reads losses of every completion by two requests.
private struct WalkingScorer: Scorer {
  private let inner = ScriptedScorer(batch: 1)

  var scorerCapabilities: ScorerCapabilities { inner.scorerCapabilities }

  func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    try await inner.read(examples, under: model, round: round)
  }

  func tokens(in example: Example) -> Int { inner.tokens(in: example) }

  func requests(for example: Example) -> Int { 2 }
}
