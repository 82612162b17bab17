internal import Attribution
public import Experiment
internal import Store

/// What a store holds of a run, as of the moment it was opened.
///
/// It needs no lock: a run may be writing to the store meanwhile.
public struct RunRecord: Sendable {
  /// One model of the run.
  public struct Model: Sendable, Hashable {
    /// How far a model is.
    public enum Status: String, Sendable, Hashable {
      /// Not asked for yet.
      case planned
      /// Asked for, no answer recorded.
      case running
      /// Trained, or given.
      case succeeded
      /// Given up.
      case failed
    }

    /// `target` for θ0, else `model-0`, `model-1`, … in design order.
    public let name: String
    /// Key of its training job.
    public let job: String
    /// Its number in the store.
    let number: Int
    /// How far its training is.
    public let status: Status
    /// The provider's name of it, once trained.
    public let reference: ModelReference?
    /// The models after each epoch, when kept.
    public let checkpoints: [ModelReference]
    /// What it was trained with, as the provider echoed it; `nil` when not trained by the run.
    public let hyperparameters: Hyperparameters?
    /// Tokens it was trained on; `nil` when not trained by the run.
    public let tokens: Int?
    /// Why its training or reading last failed.
    public let error: String?
    /// When its training was asked for, in seconds since 1970.
    public let started: Double?
    /// When its training was answered, in seconds since 1970.
    public let ended: Double?
    /// Whether every example has a recorded loss under it.
    public let isAnswered: Bool

    /// Wall time of its training in seconds.
    public var seconds: Double? { started.flatMap { started in ended.map { $0 - started } } }
  }

  /// Which perturbed models make the rows of a matrix.
  public enum Rows: Sendable, Hashable {
    /// Those that have read every example: what an estimator should be given.
    case answered
    /// All that the design asks for, with missing entries where there is no loss.
    case planned
  }

  /// A pair that was read twice.
  public struct Repeat: Sendable, Hashable {
    /// Position of the model in the design.
    public let model: Int
    /// Column of the example: training rows first, then queries.
    public let column: Int
    /// First reading.
    public let first: LossReading
    /// Second reading; of its log-probabilities only the first token's is kept.
    public let second: LossReading
  }

  /// The examples.
  public let corpus: Corpus
  /// What the run is to do.
  public let settings: RunSettings
  /// Names of all runs in the store, the first one first.
  public let runs: [String]
  /// Version of the program that created the run.
  public let program: String
  /// When the run was created, in seconds since 1970.
  public let created: Double
  /// How losses are read.
  public let method: String
  /// Where the run stands.
  public let status: RunStatus
  /// θ0, the model to explain.
  public let target: Model
  /// The perturbed models in design order.
  public let models: [Model]
  private let fullDesign: SubsetDesign
  let database: RunDatabase

  /// What was spent so far; `nil` when the provider's rates were never known.
  public let spending: Spent?

  /// Opens a store for reading.
  ///
  /// - Parameters:
  ///   - path: The store's file.
  ///   - name: The run's name; `nil` is the one that the store got last, proofs apart.
  /// - Throws: `RunError` when there is no readable run of that name.
  public init(path: String, run name: String? = nil) throws(RunError) {
    let database = try storing { () throws(StoreError) in try RunDatabase.reader(path: path) }
    let recorded = try storing { () throws(StoreError) in try database.runs() }
    guard !recorded.isEmpty else {
      let waits = RunStore.waits(path: path).map { "; its process waits for \($0.text)" }
      throw RunError(
        .storeEmpty,
        "cannot open run store '\(path)': it holds no run yet" + waits.joined()
      )
    }
    let runs = recorded.compactMap { RunSettings(recorded: $0.settings) }
    guard runs.count == recorded.count else {
      throw RunError(
        .storeCorrupt,
        "cannot open run store '\(path)': its settings cannot be understood"
      )
    }
    // A proof stands beside the run that it is about.
    let place =
      name.map { name in runs.lastIndex { $0.name.isSame(as: name) } }
      ?? runs.lastIndex { $0.perturbation != .removal } ?? runs.indices.last
    guard let place else {
      throw RunError(
        .noSuchRun(known: runs.map(\.name)),
        "cannot read run '\(name ?? "")' of '\(path)': the store holds "
          + runs.map { "'\($0.name)'" }.joined(separator: ", ")
      )
    }
    let (number, settings) = (recorded[place].number, runs[place])
    let found = try storing { () throws(StoreError) in try database.contents(run: number) }
    guard let contents = found else {
      throw RunError(.storeCorrupt, "cannot open run store '\(path)': a run is incomplete")
    }
    let coverage = Coverage(settings, corpus: contents.corpus)
    let standing = contents.standing.first(settings.models)
    let models = standing.models.map { Model($0, columns: coverage.columns.count) }
    guard let target = models.first, settings.models == models.count - 1,
      settings.candidates?.areRows(of: contents.corpus) ?? true
    else {
      throw RunError(
        .storeCorrupt,
        "cannot open run store '\(path)': its models or rows do not fit its settings"
      )
    }
    self.database = database
    self.runs = runs.map(\.name)
    self.settings = settings
    self.target = target
    self.models = Array(models.dropFirst())
    corpus = contents.corpus
    program = contents.manifest.program
    created = Double(contents.created) / 1000
    method = contents.manifest.method
    fullDesign = contents.manifest.design
    var status = try RunStatus(
      standing,
      corpus: contents.corpus,
      settings: settings,
      isWorkedOn: RunDatabase.isBeingWritten(path: path)
    ).explained(by: database, run: number, contents.corpus)
    status.waiting = RunStore.waits(path: path)
    self.status = status
    spending = contents.standing.spending.isEmpty ? nil : Spent(contents.standing.spending)
  }

  /// Positions in the design of the perturbed models that make the rows.
  public func rows(_ rows: Rows = .answered) -> [Int] {
    models.indices.filter { rows == .planned || models[$0].isAnswered }
  }

  /// The design of the models that make the rows, in row order.
  public func design(_ rows: Rows = .answered) -> SubsetDesign {
    SubsetDesign(
      examples: fullDesign.examples,
      start: fullDesign.start,
      seed: fullDesign.seed,
      subsets: self.rows(rows).map { fullDesign.subsets[$0] }
    )
  }

  /// The loss matrix, read in one pass; its models are named `model-<position in the design>`.
  ///
  /// - Parameters:
  ///   - view: What the numbers are.
  ///   - rows: Which models make the rows; `design(_:)` with the same rows fits it.
  /// - Returns: The matrix; no rows when no model has read every example.
  /// - Throws: `RunError` of the store.
  public func losses(
    _ view: LossView = .sum,
    rows: Rows = .answered
  ) throws(RunError) -> LossMatrix {
    let wanted = self.rows(rows).map { (number: models[$0].number, key: models[$0].name) }
    return try storing { () throws(StoreError) in
      try database.losses(models: wanted, corpus: corpus, view: view)
    }
  }

  /// θ0's loss of every column: training rows, then queries; `nil` where none is recorded.
  ///
  /// - Returns: N + Q losses.
  /// - Throws: `RunError` of the store.
  public func targetReadings() throws(RunError) -> [LossReading?] {
    var readings = [LossReading?](repeating: nil, count: corpus.train.count + corpus.queries.count)
    let recorded = try storing { () throws(StoreError) in
      try database.readings(model: target.number)
    }
    for entry in recorded where readings.indices.contains(entry.example) {
      readings[entry.example] = entry.reading
    }
    return readings
  }

  /// The pairs that were read twice, by model and column.
  ///
  /// - Returns: The pairs with both readings.
  /// - Throws: `RunError` of the store.
  public func repeats() throws(RunError) -> [Repeat] {
    let positions = Dictionary(uniqueKeysWithValues: zip(models.map(\.number), models.indices))
    return try storing { () throws(StoreError) in try database.repeats() }.compactMap { pair in
      positions[pair.model].map {
        Repeat(model: $0, column: pair.example, first: pair.first, second: pair.second)
      }
    }
  }
}

extension RunRecord.Model {
  fileprivate init(_ record: ModelRecord, columns: Int) {
    name = Run.name(of: record.position)
    job = record.key
    number = record.number
    status =
      switch record.status {
      case .planned: .planned
      case .running: .running
      case .succeeded: .succeeded
      case .failed: .failed
      }
    reference = record.reference
    checkpoints = record.checkpoints
    hyperparameters = record.hyperparameters
    tokens = record.tokens
    error = record.error
    started = record.started.map { Double($0) / 1000 }
    ended = record.ended.map { Double($0) / 1000 }
    isAnswered = record.status == .succeeded && record.answered >= columns
  }
}
