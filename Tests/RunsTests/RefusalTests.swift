import Experiment
import FoundationEssentials
import TestSupport
import Testing

@testable import Runs

struct RefusalTests {
  @Test
  func `another run's store is refused and the difference is named`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try Scene().open(path)
    func difference(_ change: (inout Scene) -> Void) -> RunError? {
      var scene = Scene()
      change(&scene)
      return #expect(throws: RunError.self) { try scene.open(path) }
    }
    let seed = difference {
      $0.settings.seed = 4
      $0.settings.hyperparameters.epochs = 2
    }
    #expect(seed?.code == .anotherRun)
    #expect(
      seed?.message
        == "cannot resume run store '\(path)': it holds another run, which differs in "
        + "seed: 3 in the store, 4 asked for; hyperparameters: the provider's defaults in the "
        + "store, epochs 2 asked for"
    )
    let train = difference {
      $0.corpus = Corpus(train: $0.corpus.train.reversed(), queries: $0.corpus.queries)
    }
    #expect(train?.message.contains("training examples (10 in the store)") == true)
    let queries = difference { $0.corpus = .scripted(queries: 2) }
    #expect(queries?.message.contains("queries (3 in the store)") == true)
    let design = difference { $0.design = .scripted(seed: 9) }
    #expect(design?.message.hasSuffix("the subset design") == true)
    let method = #expect(throws: RunError.self) {
      try Scene().open(path, ScriptedTrainer(), ScriptedScorer(method: "echo"))
    }
    #expect(method?.message.contains("method: scripted in the store, echo asked for") == true)
  }

  @Test
  func `name, parallel jobs and tags may change between resumes, and new tags are kept`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    _ = try Scene().open(path)
    var scene = Scene()
    scene.settings.name = "renamed"
    scene.settings.parallelJobs = 7
    scene.corpus = Corpus(
      train: scene.corpus.train.map {
        Example(id: $0.id, prompt: $0.prompt, completion: $0.completion, tags: ["new"])
      },
      queries: scene.corpus.queries
    )
    #expect(try scene.open(path).resumed)
    #expect(try RunRecord(path: path).corpus == scene.corpus)
  }

  @Test
  func `a second writer is refused while the first lives`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let first = try Scene().open(path)
    let error = #expect(throws: RunError.self) { try Scene().open(path) }
    guard case .storeInUse(let pid?) = error?.code else {
      Issue.record("not refused: \(String(describing: error))")
      return
    }
    #expect(error?.message.contains("pid \(pid)") == true)
    #expect(try RunRecord(path: path).status.phase == .planned)
    withExtendedLifetime(first) {}
  }

  @Test
  func `a store's own troubles reach the caller with their code`() throws {
    let folder = try TemporaryFolder()
    let absent = #expect(throws: RunError.self) { try RunRecord(path: folder.path("no.db")) }
    #expect(absent?.code == .storeAbsent)
    let path = folder.path("train.jsonl")
    try Data("{\"prompt\": \"hello\"}".utf8).write(to: URL(filePath: path))
    let foreign = #expect(throws: RunError.self) { try Scene().open(path) }
    #expect(foreign?.code == .storeForeign)
    #expect(foreign?.message == "cannot open run store '\(path)': file is not a database")
  }

  @Test
  func `what does not fit together is refused before a store is made`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let doubled = Corpus.scripted().train + [Corpus.scripted().train[4]]
    let changes: [(String, (inout Scene) -> Void)] = [
      ("no training examples", { $0.corpus = .scripted(train: 0) }),
      ("no queries", { $0.corpus = .scripted(queries: 0) }),
      (
        "two training examples have the id 'train-4'",
        { $0.corpus = Corpus(train: doubled, queries: $0.corpus.queries) }
      ),
      ("the design has 3 models", { $0.design = .scripted(models: 3) }),
      ("the design was drawn from 9", { $0.design = .scripted(examples: 9) }),
      ("the design starts from base", { $0.design = .scripted(start: .base) }),
      ("at least one perturbed model", { $0.settings.models = 0 }),
      ("epochs must be at least 1", { $0.settings.hyperparameters.epochs = 0 }),
      (
        "learning rate multiplier must be positive",
        { $0.settings.targetHyperparameters.learningRateMultiplier = .infinity }
      ),
    ]
    for (cause, change) in changes {
      var scene = Scene()
      change(&scene)
      let error = #expect(throws: RunError.self) { try scene.open(path) }
      #expect(error?.code == .settings)
      #expect(error?.message.contains(cause) == true, "\(cause): \(error?.message ?? "")")
    }
    let weak = TrainerCapabilities(
      continuesTuned: false,
      weighted: false,
      minimumExamples: 8,
      parallelJobs: 1
    )
    let error = #expect(throws: RunError.self) {
      try Scene().open(path, ScriptedTrainer(capabilities: weak))
    }
    #expect(error?.message.contains("the provider needs 8") == true)
    #expect(!FileManager.default.fileExists(atPath: path))
  }
}
