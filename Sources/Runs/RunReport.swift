public import Attribution
public import Experiment

/// All that a page about one run shows, worked out: what it found, what was proven, what it rests on.
public struct RunReport: Sendable {
  /// One training, as a timeline shows it.
  public struct Job: Sendable, Hashable {
    /// `target` for θ0, else `model-0`, `model-1` and so on.
    public let name: String
    /// How far it is.
    public let status: RunRecord.Model.Status
    /// Seconds from the run's first training to its beginning; `nil` where it was not asked for.
    public let started: Double?
    /// Seconds to its end; `nil` where it has none.
    public let ended: Double?
    /// Why it last failed.
    package(set) public var error: String?
  }

  /// The store's file without its folders, which are nobody's business.
  public let store: String
  /// The run's name.
  public let name: String
  /// Version of the program that created the run.
  public let program: String
  /// When the run was created, in seconds since 1970.
  public let created: Double
  /// How losses are read.
  public let method: String
  /// What its models are drawn from.
  public let unit: Unit
  /// What the run is to do.
  package(set) public var settings: RunSettings
  /// Where it stands.
  package(set) public var status: RunStatus
  /// What was spent; `nil` when unknown.
  public let spending: RunRecord.Spent?
  /// Hyperparameters of θ0 and of the first perturbed model, as the host echoed them; `nil` where it did not
  /// train them.
  public let echoed: (target: Hyperparameters?, model: Hyperparameters?)
  /// The training examples and the queries.
  package(set) public var corpus: Corpus
  /// What the losses say of each behaviour.
  package(set) public var behaviours: [BehaviourReport]
  /// What was proven, by behaviour.
  package(set) public var verdicts: [RecordedVerdict]
  /// The losses from afar; `nil` where there are none.
  public let map: LossMap?
  /// Trainings in the design's order, θ0 first.
  package(set) public var jobs: [Job]
  /// Whether the texts were left out.
  package(set) public var isRedacted = false

  /// Works out a report.
  ///
  /// - Parameters:
  ///   - record: The run.
  ///   - store: Name of its file.
  ///   - study: The run's study.
  ///   - top: Length of the list of each behaviour.
  ///   - singles: Length of the list of each query.
  /// - Throws: `RunError` of the store.
  public init(
    _ record: RunRecord,
    store: String,
    study: Study,
    top: Int,
    singles: Int
  ) throws {
    self.store = store
    name = record.settings.name
    program = record.program
    created = record.created
    method = record.method
    unit = record.settings.perturbation.unit
    settings = record.settings
    status = record.status
    spending = record.spending
    echoed = (record.target.hyperparameters, record.models.first?.hyperparameters)
    corpus = record.corpus
    verdicts = try record.verdicts()
    let shown = record.corpus.behaviours
    behaviours = try study.report(on: shown, top: top, singles: singles)
    map = try study.lossMap(shown)
    let models = [record.target] + record.models
    let first = models.compactMap(\.started).min()
    jobs = models.map { model in
      func since(_ time: Double?) -> Double? { time.flatMap { time in first.map { time - $0 } } }
      return Job(
        name: model.name,
        status: model.status,
        started: since(model.started),
        ended: since(model.ended),
        error: model.error
      )
    }
  }
}

extension RunReport {
  /// What a reader of the scores has to know beside the status's notes, one sentence each.
  package var cautions: [String] {
    guard let prompts = settings.prompts else { return [] }
    let share = behaviours.lazy.compactMap { $0.group?.reliability.commonShare }.first
    return [prompts.caution] + [CommonComponent.warning(share: share)].compactMap(\.self)
  }

  /// The same report without a word of the examples: ids, tags, lengths, scores and plots remain.
  ///
  /// Words that name a trigger or a cluster, what hosts said in errors, and sentences that may quote either are
  /// left out, too.
  public var redacted: RunReport {
    var copy = self
    copy.isRedacted = true
    let left = "(left out)"
    func length(_ text: String) -> String { "(\(text.count) characters)" }
    func hidden(_ example: Example) -> Example {
      Example(
        id: example.id,
        prompt: .text(length(example.prompt.text)),
        completion: length(example.completion),
        tags: example.tags
      )
    }
    let lengths = Dictionary(
      (corpus.train + corpus.queries).map {
        (ByteText($0.id), "\(length($0.prompt.text)) → \(length($0.completion))")
      },
      uniquingKeysWith: { first, _ in first }
    )
    copy.corpus = Corpus(train: corpus.train.map(hidden), queries: corpus.queries.map(hidden))
    copy.behaviours = behaviours.map { behaviour in
      var hidden = behaviour
      hidden.group = behaviour.group?.redacted { lengths[ByteText($0)] ?? left }
      hidden.singles = behaviour.singles.map { $0.redacted { lengths[ByteText($0)] ?? left } }
      return hidden
    }
    copy.verdicts = verdicts.map { recorded in
      var hidden = recorded
      hidden.verdict = recorded.verdict.redacted
      return hidden
    }
    copy.jobs = jobs.map { job in
      var hidden = job
      hidden.error = job.error.map { _ in left }
      return hidden
    }
    copy.status = status.redacted(left)
    // Labels are completions.
    copy.settings.prompts?.labels = nil
    return copy
  }
}
