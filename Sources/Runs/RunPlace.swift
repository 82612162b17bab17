internal import Attribution
internal import Experiment
internal import Store

/// Where a run stands in its store: the run that is recorded there, or a new one.
///
/// A store may hold several runs on the same examples, known by their names, that have some job in common:
/// they share the models whose jobs are equal, and what is recorded of them.
struct RunPlace {
  /// The run's number in the store.
  let number: Int
  /// Its settings, with what the record adds.
  let settings: RunSettings
  /// Whether the store held it already.
  let isKnown: Bool

  /// Finds a run's place, makes room for models that it has not had yet, or records the run.
  ///
  /// - Parameters:
  ///   - store: The store.
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - design: The subset design.
  ///   - trainer: Identity of the trainer.
  ///   - method: How the scorer reads losses.
  ///   - program: Version of the program, for the record.
  /// - Throws: `RunError` of code `anotherRun` when the store holds something else, of code `settings` when
  ///   these cannot be written down; or what is wrong with the store.
  init(
    store: RunStore,
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign,
    trainer: String,
    method: String,
    program: String
  ) throws(RunError) {
    let database = store.database
    let asked = Asked(
      settings: settings,
      design: design,
      train: Self.digest(corpus.train) { $0.updateTraining(&$1) },
      queries: Self.digest(corpus.queries) { $0.update(&$1) },
      method: method
    )
    let recorded = try Recorded.all(in: store)
    // Proofs begin alike, and their names say of what they are.
    let isNamed = settings.perturbation == .removal
    let same = recorded.first {
      asked.differences(from: $0).isEmpty
        && (!isNamed || $0.settings.name.isSame(as: settings.name))
    }
    if let found = same {
      var settings = settings
      // Pairs read twice stay where they are when the run grows.
      settings.repeats.models = found.settings.repeats.models ?? found.settings.models
      if found.settings.models != settings.models {
        var kept = found.settings
        kept.models = settings.models
        kept.perturbation = settings.perturbation
        kept.repeats = settings.repeats
        let known = found.contents.manifest.design.models
        let keys = JobKeys(
          corpus: corpus,
          settings: settings,
          design: design,
          trainer: trainer,
          target: found.contents.models.first?.key
        )
        let text = try Self.text(of: kept)
        try storing { () throws(StoreError) in
          try database.extend(
            run: found.contents.run,
            settings: text,
            design: design,
            keys: known < design.models ? keys.models(from: known) : []
          )
        }
      }
      if found.contents.corpus.tags != corpus.tags {
        try storing { () throws(StoreError) in try database.relabel(corpus) }
      }
      number = found.contents.run
      self.settings = settings
      isKnown = true
      return
    }
    var settings = settings
    settings.repeats.models = settings.models
    let keys = JobKeys(corpus: corpus, settings: settings, design: design, trainer: trainer)
    let jobs = [keys.target] + keys.models(from: 0)
    let other = recorded.first { $0.settings.name.isSame(as: settings.name) } ?? recorded.first
    if let other, !asked.fitsBeside(other) || Self.share(jobs, recorded) == 0 {
      throw RunError(
        .anotherRun,
        "cannot resume run store '\(store.path)': it holds another run, which differs in "
          + asked.differences(from: other).joined(separator: "; ")
      )
    }
    let text = try Self.text(of: settings)
    number = try storing { [settings] () throws(StoreError) in
      try database.create(
        Manifest(
          settings: text,
          train: asked.train,
          queries: asked.queries,
          method: method,
          program: program,
          design: design
        ),
        corpus: corpus,
        target: settings.target,
        keys: jobs
      )
    }
    self.settings = settings
    isKnown = false
  }

  /// How many of some jobs recorded runs have; a run that shares none is no reason for a common file.
  private static func share(_ jobs: [String], _ recorded: [Recorded]) -> Int {
    Set(jobs).intersection(recorded.flatMap { $0.contents.models.map(\.key) }).count
  }

  /// A recorded run.
  private struct Recorded {
    let contents: RunContents
    let settings: RunSettings

    static func all(in store: RunStore) throws(RunError) -> [Recorded] {
      let database = store.database
      let runs = try storing { () throws(StoreError) in try database.runs() }
      var all: [Recorded] = []
      for run in runs {
        let contents = try storing { () throws(StoreError) in
          try database.contents(run: run.number)
        }
        guard let contents, let settings = RunSettings(recorded: run.settings) else {
          throw RunError(
            .storeCorrupt,
            "cannot open run store '\(store.path)': its settings cannot be understood"
          )
        }
        all.append(Recorded(contents: contents, settings: settings))
      }
      return all
    }
  }

  /// The run that is asked for, as it is compared with recorded ones.
  private struct Asked {
    let settings: RunSettings
    let design: SubsetDesign
    let train: String
    let queries: String
    let method: String

    /// In what it differs from a recorded run, in words.
    func differences(from run: Recorded) -> [String] {
      let manifest = run.contents.manifest
      var differences = settings.differences(from: run.settings)
      if manifest.train != train {
        differences.append("training examples (\(run.contents.corpus.train.count) in the store)")
      }
      if manifest.queries != queries {
        differences.append("queries (\(run.contents.corpus.queries.count) in the store)")
      }
      if manifest.method != method {
        differences.append("method: \(manifest.method) in the store, \(method) asked for")
      }
      if differences.isEmpty, !design.agrees(with: manifest.design) {
        differences.append("the subset design")
      }
      return differences
    }

    /// Whether it can stand in a file with a recorded run: its losses are of the same examples, read in the
    /// same way, and it is not the same run with something changed.
    func fitsBeside(_ run: Recorded) -> Bool {
      let manifest = run.contents.manifest
      let matrices = Set([settings, run.settings].map(\.perturbation.matrix))
      return !settings.name.isSame(as: run.settings.name) && manifest.train == train
        && manifest.queries == queries && manifest.method == method
        && settings.provider.isSame(as: run.settings.provider)
        && (matrices.contains(where: \.comparesStart)
          || settings.candidates == run.settings.candidates && matrices.count == 1)
    }
  }

  private static func text(of settings: RunSettings) throws(RunError) -> String {
    guard let text = settings.recorded else {
      throw RunError(.settings, "cannot start run '\(settings.name)': a number is not finite")
    }
    return text
  }

  private static func digest(
    _ examples: [Example],
    _ update: (Example, inout Digest) -> Void
  ) -> String {
    var digest = Digest()
    for example in examples {
      digest.update(example.id)
      update(example, &digest)
    }
    return digest.description
  }
}

extension Corpus {
  /// The labels of all examples, training rows first.
  fileprivate var tags: [[ByteText]] { (train + queries).map { $0.tags.map { ByteText($0) } } }
}

extension SubsetDesign {
  /// Whether both draw the same subsets, as far as the shorter one goes.
  fileprivate func agrees(with other: SubsetDesign) -> Bool {
    examples == other.examples && start == other.start && seed == other.seed
      && zip(subsets, other.subsets).allSatisfy { own, other in
        // The start itself has no training whose seed could matter; whichever run asked first wrote its own.
        own == other || own.members.isEmpty && other.members.isEmpty
      }
  }
}
