import Experiment

/// A run that is to be compared with others, and how its losses are to become scores.
public struct ComparedRun {
  /// What it is called.
  public let name: String
  /// Its models and losses.
  public let study: Study
  /// The ways to score; those of another kind of run are passed over.
  public let methods: [Method]
  /// Whether its models are trained; a prompt costs no job.
  public let isTrained: Bool
  /// How often a member of a subset stands in the file of its job.
  public let copies: Int
  /// What the whole run spent; `nil` where prices are not known.
  public let dollars: Double?

  /// A run to compare; by default with models that were trained, each on its members once.
  public init(
    name: String,
    study: Study,
    methods: [Method],
    isTrained: Bool = true,
    copies: Int = 1,
    dollars: Double? = nil
  ) {
    self.name = name
    self.study = study
    self.methods = methods
    self.isTrained = isTrained
    self.copies = copies
    self.dollars = dollars
  }

  /// Trainings behind its losses, θ0's apart; the start of mirrored jobs is none.
  var jobs: Int {
    isTrained ? study.design.subsets.count { !study.isMirrored || !$0.members.isEmpty } : 0
  }

  /// The methods that read the kind of matrix that the run has.
  var fittingMethods: [Method] {
    let kind: MatrixKind =
      study.isMirrored ? .mirrors : study.probes == nil ? .subsets : .queries
    return methods.filter { $0.estimator.matrix ?? kind == kind }
  }

  /// The run with no more than its first models.
  ///
  /// Mirrored jobs keep whole seeds, one at least: behaviours are compared within a seed.
  ///
  /// - Parameter jobs: Trainings at most; prompts at most where nothing is trained.
  /// - Returns: The run; what it spent is the share of those trainings.
  func cut(to jobs: Int) -> ComparedRun {
    var models = jobs
    if study.isMirrored {
      let steps = study.design.subsets.drop { $0.members.isEmpty }
      let turn = max(1, steps.prefix { $0.seed == steps.first?.seed }.count)
      models = study.design.models - steps.count + max(1, jobs / turn) * turn
    }
    guard models < study.design.models else { return self }
    return ComparedRun(
      name: name,
      study: study.first(models),
      methods: methods,
      isTrained: isTrained,
      copies: copies,
      dollars: dollars.map { $0 * Double(models) / Double(study.design.models) }
    )
  }

  /// What its models cost, of a run that was cut from `whole`.
  func cost(of whole: ComparedRun) -> RunComparison.Cost {
    RunComparison.Cost(
      jobs: jobs,
      read: whole.jobs,
      rows: isTrained ? study.design.subsets.reduce(0) { $0 + $1.members.count } * copies : 0,
      dollars: dollars
    )
  }
}

extension [ComparedRun] {
  /// The runs cut to what the cheapest of them cost: to trainings, or to prompts where nothing is trained.
  var atEqualCost: [ComparedRun] {
    let trained = filter(\.isTrained)
    guard let least = trained.map(\.jobs).min() else {
      let models = map(\.study.design.models).min() ?? 0
      return map { $0.cut(to: models) }
    }
    return map { $0.isTrained ? $0.cut(to: least) : $0 }
  }

  /// Refuses runs of other rows or queries than the first's.
  ///
  /// - Throws: `mismatch`, which names the first difference.
  func requireOneCorpus() throws(AttributionError) {
    guard let first else { return }
    for other in dropFirst() {
      guard let difference = first.study.corpus.difference(to: other.study.corpus) else { continue }
      throw AttributionError(
        .mismatch,
        "cannot compare '\(other.name)' with '\(first.name)'",
        cause: difference,
        hint: "only runs of the same rows and queries can be told apart by their design"
      )
    }
  }
}

extension Corpus {
  /// The first difference to another corpus as a clause; `nil` where texts, ids and tags are the same.
  fileprivate func difference(to other: Corpus) -> String? {
    Self.difference("training row", train, other.train)
      ?? Self.difference("query", queries, other.queries)
  }

  private static func difference(
    _ what: String,
    _ ours: [Example],
    _ theirs: [Example]
  ) -> String? {
    for (place, (our, their)) in zip(ours, theirs).enumerated() {
      let part: String? =
        if !our.id.isSame(as: their.id) {
          "is '\(their.id)' instead of '\(our.id)'"
        } else if our.prompt != their.prompt {
          "'\(our.id)' has another prompt"
        } else if !our.completion.isSame(as: their.completion) {
          "'\(our.id)' has another completion"
        } else if !our.tags.areSame(as: their.tags) {
          "'\(our.id)' has other tags"
        } else {
          nil
        }
      if let part { return "\(what) \(place + 1) \(part)" }
    }
    guard ours.count == theirs.count else {
      let plural = what == "query" ? "queries" : "\(what)s"
      return "it has \(theirs.count) instead of \(ours.count) \(plural)"
    }
    return nil
  }
}
