public import Experiment
internal import FoundationEssentials
internal import Store

/// A run under way: the only writer of its store.
///
/// The same corpus, settings and design always mean the same run, so opening an existing store
/// resumes it. Models that failed are tried again; nothing that is recorded is asked for again.
public final class Run: Sendable {
  /// The examples.
  public let corpus: Corpus
  /// What the run is to do.
  public let settings: RunSettings
  /// Who is trained on what.
  public let design: SubsetDesign
  /// Whether the store held the run already.
  public let resumed: Bool

  let trainer: any Trainer
  let scorer: any Scorer
  let rates: Rates?
  let cap: Double?
  let store: RunStore
  var database: RunDatabase { store.database }

  /// Creates a run, or takes it up where its store says it stopped.
  ///
  /// - Parameters:
  ///   - store: The run's store.
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - design: Who is trained on what; recorded when the run is created.
  ///   - trainer: Who trains.
  ///   - scorer: Who reads losses.
  ///   - program: Version of the program, for the record.
  ///   - rates: What the provider charges; `nil` when that is unknown.
  ///   - cap: US dollars that the run may spend, earlier sessions included; it needs rates.
  /// - Throws: `RunError`: `settings` when they do not fit together, `anotherRun` when the
  ///   store holds a different run, or what is wrong with the store.
  public init(
    store: RunStore,
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign,
    trainer: any Trainer,
    scorer: any Scorer,
    program: String,
    rates: Rates? = nil,
    cap: Double? = nil
  ) throws(RunError) {
    try Self.check(
      corpus: corpus,
      settings: settings,
      design: design,
      trainer: trainer,
      rates: rates,
      cap: cap
    )
    let identity = try RunIdentity(
      corpus: corpus,
      settings: settings,
      design: design,
      method: scorer.scorerCapabilities.method
    )
    let database = store.database
    let contents = try storing { () throws(StoreError) in try database.contents() }
    if let contents {
      try identity.require(contents, store: store.path)
      if contents.corpus.tags != corpus.tags {
        try storing { () throws(StoreError) in try database.relabel(corpus) }
      }
    } else {
      try storing { () throws(StoreError) in
        try database.create(
          identity.manifest(program: program),
          corpus: corpus,
          target: settings.target,
          keys: identity.jobKeys
        )
      }
    }
    if rates != nil, contents?.standing.spending.isEmpty ?? true {
      // From here on it is known what is spent: nothing so far.
      let nothing = Spending(.training, tokens: 0, dollars: 0)
      try storing { () throws(StoreError) in
        try database.enqueue(.spending(nothing, model: -1))
      }
    }
    self.corpus = corpus
    self.settings = settings
    self.design = design
    self.trainer = trainer
    self.scorer = scorer
    self.rates = rates
    self.cap = cap
    self.store = store
    resumed = contents != nil
  }

  /// Checks that a run's parts fit together, before a store is made for it.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - design: Who is trained on what.
  ///   - trainer: Who trains.
  ///   - rates: What the provider charges.
  ///   - cap: US dollars that the run may spend.
  /// - Throws: `RunError` with code `settings`, naming the first thing that does not fit.
  public static func check(
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign,
    trainer: any Trainer,
    rates: Rates? = nil,
    cap: Double? = nil
  ) throws(RunError) {
    try settings.validate(corpus: corpus, design: design, trainer: trainer.trainerCapabilities)
    func require(_ condition: Bool, _ cause: String) throws(RunError) {
      guard condition else {
        throw RunError(.settings, "cannot start run '\(settings.name)': \(cause)")
      }
    }
    try require(rates?.isValid ?? true, "a rate is negative or not a number")
    try require(cap.map { $0.isFinite && $0 >= 0 } ?? true, "the cap is negative or not a number")
    try require(cap == nil || rates != nil, "a cap on dollars needs the provider's rates")
  }

  /// Name of a model in results and events: `target` for θ0, else `model-0`, `model-1`, ….
  static func name(of number: Int) -> String { number < 0 ? "target" : "model-\(number)" }
}

/// What makes two runs the same run.
struct RunIdentity {
  private let settings: RunSettings
  private let design: SubsetDesign
  private let settingsText: String
  private let train: String
  private let queries: String
  private let method: String
  /// Digest of everything that decides what is trained.
  let key: String

  /// Works out the identity of a run.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - design: Who is trained on what.
  ///   - method: How the scorer reads losses.
  /// - Throws: `RunError` when the settings cannot be written down.
  init(
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign,
    method: String
  ) throws(RunError) {
    self.settings = settings
    self.design = design
    self.method = method
    train = Self.digest(corpus.train) { $0.updateTraining(&$1) }
    queries = Self.digest(corpus.queries) { $0.update(&$1) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    guard let data = try? encoder.encode(settings) else {
      throw RunError(.settings, "cannot start run '\(settings.name)': a number is not finite")
    }
    settingsText = String(decoding: data, as: UTF8.self)
    var digest = Digest()
    for example in corpus.train { example.updateTraining(&digest) }
    if settings.isProbing { for example in corpus.queries { example.update(&digest) } }
    for (name, value) in settings.identity where !["repeats", "candidates"].contains(name) {
      digest.update(name)
      digest.update(value)
    }
    for draw in design.draws {
      digest.update("\(draw.seed)")
      for member in draw.members { digest.update("\(member)") }
      for weight in draw.weights ?? [] { digest.update("\(weight)") }
    }
    key = digest.description
  }

  /// Job keys of θ0 and of the perturbed models, in order.
  var jobKeys: [String] {
    (-1..<design.models).map { number in
      var digest = Digest()
      digest.update(key)
      digest.update("\(number)")
      return digest.description
    }
  }

  /// What is recorded when the run is created.
  func manifest(program: String) -> Manifest {
    Manifest(
      key: key,
      settings: settingsText,
      train: train,
      queries: queries,
      method: method,
      program: program,
      design: design
    )
  }

  /// Refuses a store that holds another run and says what differs.
  func require(_ contents: RunContents, store: String) throws(RunError) {
    let recorded = contents.manifest
    let other: RunSettings
    do {
      other = try JSONDecoder().decode(RunSettings.self, from: Data(recorded.settings.utf8))
    } catch {
      throw RunError(
        .storeCorrupt,
        "cannot open run store '\(store)': its settings cannot be understood"
      )
    }
    var differences: [String] = []
    for (mine, theirs) in zip(settings.identity, other.identity)
    where !mine.value.isSame(as: theirs.value) {
      differences.append("\(mine.name): \(theirs.value) in the store, \(mine.value) asked for")
    }
    if recorded.train != train {
      differences.append("training examples (\(contents.corpus.train.count) in the store)")
    }
    if recorded.queries != queries {
      differences.append("queries (\(contents.corpus.queries.count) in the store)")
    }
    if recorded.method != method {
      differences.append("method: \(recorded.method) in the store, \(method) asked for")
    }
    if differences.isEmpty, recorded.design != design { differences.append("the subset design") }
    guard differences.isEmpty else {
      throw RunError(
        .anotherRun,
        "cannot resume run store '\(store)': it holds another run, which differs in "
          + differences.joined(separator: "; ")
      )
    }
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
