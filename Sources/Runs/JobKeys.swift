internal import Attribution
internal import Experiment

/// Keys of a run's model jobs, made of what each job is.
///
/// Neither the number of models nor the other subsets are part of a key, so that a run can grow and runs on
/// the same data find each other's models.
struct JobKeys {
  /// θ0's.
  let target: String
  private let rows: [Digest]
  private let queries: [Digest]
  private let settings: RunSettings
  private let design: SubsetDesign
  private let trainer: String

  /// Prepares to make keys.
  ///
  /// - Parameters:
  ///   - corpus: The examples.
  ///   - settings: What to do.
  ///   - design: The subset design.
  ///   - trainer: Identity of the trainer.
  ///   - target: θ0's key where a store has recorded one.
  init(
    corpus: Corpus,
    settings: RunSettings,
    design: SubsetDesign,
    trainer: String,
    target: String? = nil
  ) {
    rows = corpus.train.map(\.trainingDigest)
    queries = corpus.queries.map(\.trainingDigest)
    self.settings = settings
    self.design = design
    self.trainer = trainer
    self.target = target ?? Self.target(rows, settings, trainer)
  }

  private static func begin(_ role: String, _ trainer: String) -> ContentKey {
    var key = ContentKey("model job", version: 1)
    key.add("role", role)
    key.add("trainer", trainer)
    return key
  }

  private static func target(
    _ rows: [Digest],
    _ settings: RunSettings,
    _ trainer: String
  ) -> String {
    var key = begin("target", trainer)
    if let given = settings.target {
      key.add("given", given.name)
      return key.text
    }
    key.add("start", settings.base?.name)
    key.add("rows", rows)
    settings.targetHyperparameters.add(to: &key)
    key.add("seed", settings.seed)
    key.add("checkpoints", settings.keepsCheckpoints)
    return key.text
  }

  /// Keys of the perturbed models from a position on, in order.
  ///
  /// Equal jobs, such as those of two equal queries, make a model each: the second key says that it is the
  /// second.
  ///
  /// - Parameter first: The position of the first.
  /// - Returns: One key a model.
  func models(from first: Int) -> [String] {
    var seen: [String: Int] = [:]
    return (0..<design.models).map { position in
      let key = model(position)
      let turn = seen[key, default: 0]
      seen[key] = turn + 1
      guard turn > 0 else { return key }
      var again = ContentKey("model job again", version: 1)
      again.add("job", key)
      again.add("turn", turn)
      return again.text
    }.suffix(from: first).map(\.self)
  }

  private func model(_ position: Int) -> String {
    let subset = design.subsets[position]
    let isStart = settings.isStart(subset)
    var key = Self.begin(isStart ? "start" : "perturbed", trainer)
    switch settings.start {
    case .base: key.add("base", settings.base?.name)
    case .target:
      key.add("target", settings.target?.name)
      if settings.target == nil { key.add("job", target) }
    }
    if isStart { return key.text }
    settings.perturbation.add(to: &key)
    if settings.perturbation.matrix == .queries {
      key.add("query", [queries[position]])
    } else {
      let units = settings.perturbation.unit == .row ? rows : queries
      key.add("rows", subset.members.map { units[$0] }, weights: subset.weights)
    }
    if let mirror = settings.perturbation.mirror { key.add("copies", mirror.copies) }
    // Segments of such prompts are taken from the text of all rows.
    if let method = settings.prompts?.method, [.random, .bdpl].contains(method) {
      key.add("text", rows)
    }
    settings.hyperparameters.add(to: &key)
    key.add("seed", subset.seed)
    key.add("checkpoints", settings.keepsCheckpoints)
    return key.text
  }
}
