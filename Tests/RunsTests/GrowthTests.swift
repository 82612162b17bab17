import Attribution
import Experiment
import TestSupport
import Testing

@testable import Runs

/// A run of the scene with K models whose subsets do not depend on K.
private func scene(_ models: Int, name: String = "scene") throws -> Scene {
  var scene = Scene()
  scene.settings.name = name
  scene.settings.models = models
  scene.design = try .random(examples: 10, models: models, size: 7, start: .target, seed: 3)
  return scene
}

/// All numbers of a matrix, comparable where they are missing, too.
private func bits(_ record: RunRecord) throws -> [UInt64] {
  try record.losses().values.map(\.bitPattern)
}

@Suite struct `a run that grows` {
  @Test func `pays for the difference, and ends with the losses of a run that began so large`()
    async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try await scene(4).open(path).execute()
    let small = try Outcome(path)
    let (trainer, scorer) = (ScriptedTrainer(), MeteredScorer())
    let status = try await scene(8).run(path, trainer, scorer).execute()
    #expect(status.phase == .complete)
    #expect(status.models.planned == 8)
    #expect(trainer.jobs.count == 4)
    #expect(trainer.jobs.allSatisfy { !$0.isTarget })
    let asked = scorer.meter.calls
    #expect(Set(asked.map(\.model)).count == 4)
    #expect(asked.reduce(0) { $0 + $1.examples.count } == 4 * 13)

    let whole = folder.path("whole.db")
    _ = try await scene(8).open(whole).execute()
    let (grown, begun) = (try RunRecord(path: path), try RunRecord(path: whole))
    #expect(try bits(grown) == bits(begun))
    #expect(grown.models.map(\.job) == begun.models.map(\.job))
    #expect(grown.design() == begun.design())
    // Pairs read twice stay with the models that the run began with.
    #expect(try Outcome(path).repeats == small.repeats)
  }

  @Test func `uses a part of what it has, and finds the rest again`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try await scene(6).open(path).execute()
    let whole = try RunRecord(path: path).losses()
    let idle = ScriptedTrainer()
    let status = try await scene(4).open(path, idle).execute()
    #expect(status.phase == .complete)
    #expect(status.losses.expected == 4 * 13)
    let part = try RunRecord(path: path)
    #expect(part.models.count == 4 && part.design().models == 4)
    for column in 0..<13 {
      for model in 0..<4 {
        #expect(
          try part.losses()[model: model, column: column] == whole[model: model, column: column]
        )
      }
    }
    #expect(try await scene(6).open(path, idle).execute().phase == .complete)
    #expect(try bits(RunRecord(path: path)) == whole.values.map(\.bitPattern))
    #expect(idle.jobs.isEmpty)
  }

  @Test func `answers for every job it asked for, and for none that it did not`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try await scene(4).open(path).execute()
    let asked = try RunRecord(path: path)
    let jobs = ([asked.target] + asked.models).map(\.job)
    #expect(try asked.askedJobs() == jobs)
    // Two models less are used, and then two more are planned, but not made.
    _ = try scene(2).open(path)
    #expect(try RunRecord(path: path).askedJobs() == jobs)
    _ = try scene(6).open(path)
    #expect(try RunRecord(path: path).models.count == 6)
    #expect(try RunRecord(path: path).askedJobs() == jobs)
  }

  @Test func `does not take other subsets for a growth`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try scene(4).open(path)
    var other = try scene(8)
    other.design = .scripted(models: 8)
    let error = #expect(throws: RunError.self) { try other.open(path) }
    #expect(error?.code == .anotherRun)
    #expect(error?.message.hasSuffix("the subset design") == true)
  }
}

@Suite struct `two runs in a store` {
  @Test func `share the models whose jobs are equal`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try await scene(4).open(path).execute()
    let first = try Outcome(path)
    var other = try scene(5, name: "larger, nothing read twice")
    other.settings.seed = 3
    other.settings.repeats = RunSettings.Repeats(train: 0, queries: 0)
    let trainer = ScriptedTrainer()
    do {
      let run = try other.open(path, trainer)
      #expect(!run.resumed)
      #expect(try await run.execute().phase == .complete)
    }
    // θ0 and the first four models are there: one more is made.
    #expect(trainer.jobs.count == 1)
    let (mine, theirs) = (try RunRecord(path: path), try RunRecord(path: path, run: "scene"))
    #expect(mine.settings.name == other.settings.name && theirs.settings.name == "scene")
    #expect(mine.runs == ["scene", other.settings.name])
    #expect(mine.models.prefix(4).map(\.job) == theirs.models.map(\.job))
    #expect(mine.status.phase == .complete && theirs.status.phase == .complete)
    #expect(try theirs.losses().values.map(\.bitPattern) == first.losses)
    #expect(throws: RunError.self) { try RunRecord(path: path, run: "no such") }
    #expect(try other.open(path).resumed)
    #expect(try scene(4).open(path).resumed)
  }

  @Test func `are on the same examples, read in the same way, and have names of their own`() throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try scene(4).open(path)
    func refusal(_ change: (inout Scene) -> Void) throws -> RunError? {
      var other = try scene(4, name: "other")
      other.settings.subset = .size(5)
      other.design = try .random(examples: 10, models: 4, size: 5, start: .target, seed: 3)
      change(&other)
      do { _ = try other.open(path) } catch let error as RunError { return error }
      return nil
    }
    #expect(try refusal { $0.corpus = .scripted(queries: 2) }?.code == .anotherRun)
    #expect(try refusal { $0.settings.provider = "elsewhere" }?.code == .anotherRun)
    #expect(try refusal { $0.settings.name = "scene" }?.code == .anotherRun)
    #expect(try refusal { $0.settings.seed = 5 }?.message.contains("seed: 3 in the store") == true)
    #expect(try refusal { _ in } == nil)
  }
}

@Suite struct `keys of model jobs` {
  private func keys(_ change: (inout Scene) -> Void = { _ in }) throws -> [String] {
    var scene = try scene(4)
    change(&scene)
    let keys = JobKeys(
      corpus: scene.corpus,
      settings: scene.settings,
      design: scene.design,
      trainer: "scripted"
    )
    return [keys.target] + keys.models(from: 0)
  }

  @Test func `are the same in every version`() throws {
    // Written down when the encoding got its version 1: other keys would lose what was paid for.
    #expect(
      try keys() == [
        "0551d3fee30bc73506143cd21029ab36", "ae520fc49f0ac04a52a41ddb06183656",
        "91e408fead5def7c075ab4d2eedef668", "5ff7fab6b4abdd0b7c7bd6d81bd715de",
        "75ba9c7dc5773bf9be712ee0ab4865a7",
      ]
    )
  }

  @Test func `change with all that decides what is trained, and with nothing else`() throws {
    let plain = try keys()
    for change: (inout Scene) -> Void in [
      { $0.settings.name = "other" }, { $0.settings.parallelJobs = 9 },
      { $0.settings.repeats = RunSettings.Repeats(train: 0, queries: 0) },
      { $0.corpus = Corpus(train: $0.corpus.train, queries: []) },
      { scene in
        scene.corpus = Corpus(
          train: scene.corpus.train.map {
            Example(id: "x" + $0.id, prompt: $0.prompt, completion: $0.completion, tags: ["t"])
          },
          queries: scene.corpus.queries
        )
      },
    ] {
      #expect(try keys(change) == plain)
    }
    for change: (inout Scene) -> Void in [
      { $0.settings.hyperparameters.epochs = 2 }, { $0.settings.start = .base },
      { $0.settings.keepsCheckpoints = true }, { $0.settings.base = ModelReference("b") },
      { $0.settings.perturbation = .prompt(PromptPerturbation(method: .demonstrations)) },
      { scene in
        scene.design = SubsetDesign(
          examples: 10,
          start: .target,
          seed: 3,
          subsets: scene.design.subsets.map {
            .init(seed: $0.seed, members: $0.members, weights: $0.members.map { _ in -1 })
          }
        )
      },
    ] {
      let other = try keys(change)
      #expect(Set(other.dropFirst()).isDisjoint(with: plain.dropFirst()))
    }
    #expect(try keys { $0.settings.targetHyperparameters.epochs = 2 }[0] != plain[0])
    // Weights of 1 are what no weights are.
    let ones = try keys { scene in
      scene.design = SubsetDesign(
        examples: 10,
        start: .target,
        seed: 3,
        subsets: scene.design.subsets.map {
          .init(seed: $0.seed, members: $0.members, weights: $0.members.map { _ in 1 })
        }
      )
    }
    #expect(ones == plain)
  }
}
