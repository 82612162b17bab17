/// Runs and estimators beside each other at equal cost, with paired differences to the first.
public struct RunComparison: Sendable, Hashable {
  /// What is compared; each is a mean over the questions that were asked.
  public enum Measure: String, Sendable, Hashable, CaseIterable {
    /// Average precision of the rows with the tag, 0...1.
    case ap
    /// Area under the ROC curve of tagged rows against decoys and its mirror, averaged: 0...1, chance 0.5.
    case twoSided
    /// Reliability of all scores, 0...1: how much of them another draw of as many models would show again.
    ///
    /// From the correlation h between scores of two disjoint halves of the models, 2h / (1 + h). It tells
    /// noise, not truth: scores may be sure and wrong.
    case reliability
    /// Rows above the chance line, a count.
    case above
  }

  /// By how much a contender exceeds the first, on the same questions.
  public struct Difference: Sendable, Hashable {
    /// The contender's figure minus the first's.
    public let value: Double
    /// Its 95 % interval; `nil` where nothing can be drawn anew.
    public let interval: ClosedRange<Double>?

    /// Whether the interval leaves out 0: a difference that is more than luck.
    public var isShown: Bool { interval.map { !$0.contains(0) } ?? false }

    package init(value: Double, interval: ClosedRange<Double>?) {
      self.value = value
      self.interval = interval
    }
  }

  /// A measure of one contender.
  public struct Figure: Sendable, Hashable {
    /// The mean over questions.
    public let value: Double
    /// The difference to the first; `nil` for the first itself, or where that has no figure.
    public let difference: Difference?

    package init(_ value: Double, difference: Difference? = nil) {
      self.value = value
      self.difference = difference
    }
  }

  /// What a run costs, and how much of it is compared.
  public struct Cost: Sendable, Hashable {
    /// Trainings that are compared, θ0's apart.
    public let jobs: Int
    /// Trainings of the run that have read every example.
    public let read: Int
    /// Rows that the compared trainings were given, each counted as often as it was in a file.
    public let rows: Int
    /// Dollars of the compared share of all that the run spent; `nil` where prices are not known.
    public let dollars: Double?

    package init(jobs: Int, read: Int, rows: Int, dollars: Double?) {
      self.jobs = jobs
      self.read = read
      self.rows = rows
      self.dollars = dollars
    }
  }

  /// A run with an estimator.
  public struct Contender: Sendable, Hashable {
    /// The run, as it is called among those compared.
    public let run: String
    /// Name of the estimator, never `auto`.
    public let estimator: String
    /// The losses that it reads.
    public let view: LossView
    /// What its models cost.
    public let cost: Cost
    /// What was measured; a measure that cannot be told is not there.
    public let figures: [Measure: Figure]
    /// Share of its first 20 rows that each contender has among its own, 0...1, the mean over questions.
    public let shared: [Double]

    package init(
      run: String,
      estimator: String,
      view: LossView,
      cost: Cost,
      figures: [Measure: Figure],
      shared: [Double]
    ) {
      self.run = run
      self.estimator = estimator
      self.view = view
      self.cost = cost
      self.figures = figures
      self.shared = shared
    }
  }

  /// In the order given; differences are to the first.
  public let contenders: [Contender]
  /// The tag that was asked for; `nil` for all queries.
  public let tag: String?
  /// The decoys' tag.
  public let against: String?
  /// Queries that were asked.
  public let queries: Int
  /// Whether they were asked as one.
  public let grouped: Bool
  /// Share of training rows with the tag, the chance level of `ap`; `nil` where no row has it.
  public let prevalence: Double?
  /// What was left out and why, sentences for a person.
  public let notes: [String]

  package init(
    contenders: [Contender],
    tag: String?,
    against: String?,
    queries: Int,
    grouped: Bool,
    prevalence: Double?,
    notes: [String]
  ) {
    self.contenders = contenders
    self.tag = tag
    self.against = against
    self.queries = queries
    self.grouped = grouped
    self.prevalence = prevalence
    self.notes = notes
  }
}
