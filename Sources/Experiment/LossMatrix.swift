/// Every model's loss for every example: K models by N training examples and Q queries.
///
/// Storage is one contiguous column an example (`values[column × K + model]`), training examples
/// first, because every estimator walks examples and needs all models of one at a time. Missing
/// entries are NaN inside and `nil` outside.
public struct LossMatrix: Sendable {
  /// Key of each perturbed model, in design order: K names.
  public let models: [String]
  /// Ids of the training examples: N names.
  public let train: [String]
  /// Ids of the queries: Q names.
  public let queries: [String]
  /// What the numbers are.
  public let view: LossView
  private var storage: [Double]
  private var bounds: Set<Int> = []

  /// A matrix in which everything is missing.
  public init(models: [String], train: [String], queries: [String], view: LossView = .sum) {
    self.models = models
    self.train = train
    self.queries = queries
    self.view = view
    storage = [Double](repeating: .nan, count: models.count * (train.count + queries.count))
  }

  /// Creates a matrix from its storage, for readers of many entries.
  ///
  /// - Parameters:
  ///   - models: Key of each perturbed model: K names.
  ///   - train: Ids of the training examples: N names.
  ///   - queries: Ids of the queries: Q names.
  ///   - view: What the numbers are.
  ///   - values: `values[column × K + model]`, (N + Q) × K of them; what is not finite is missing.
  ///   - censored: Positions in `values` that are only bounds.
  public init(
    models: [String],
    train: [String],
    queries: [String],
    view: LossView,
    values: [Double],
    censored: [Int]
  ) {
    precondition(values.count == models.count * (train.count + queries.count))
    self.models = models
    self.train = train
    self.queries = queries
    self.view = view
    storage = values
    for index in storage.indices where !storage[index].isFinite { storage[index] = .nan }
    bounds = Set(censored.lazy.filter { values[$0].isFinite })
  }

  /// The first of its models alone: what a smaller K would have given.
  public func first(_ models: Int) -> LossMatrix {
    let (all, few) = (self.models.count, min(models, self.models.count))
    let kept = storage.indices.filter { $0 % all < few }
    return LossMatrix(
      models: Array(self.models.prefix(few)),
      train: train,
      queries: queries,
      view: view,
      values: kept.map { storage[$0] },
      censored: bounds.filter { $0 % all < few }.map { $0 / all * few + $0 % all }
    )
  }

  /// Columns: training examples, then queries.
  public var columns: Int { train.count + queries.count }

  /// Column of a training example.
  public func column(train index: Int) -> Int { index }

  /// Column of a query.
  public func column(query index: Int) -> Int { train.count + index }

  /// One entry.
  ///
  /// Setting a non-finite value stores it as missing.
  public subscript(model model: Int, column column: Int) -> Loss? {
    get {
      let index = column * models.count + model
      let value = storage[index]
      if value.isNaN { return nil }
      return bounds.contains(index) ? .censored(atLeast: value) : .measured(value)
    }
    set {
      let index = column * models.count + model
      bounds.remove(index)
      switch newValue {
      case .measured(let value): storage[index] = value.isFinite ? value : .nan
      case .censored(let bound):
        storage[index] = bound.isFinite ? bound : .nan
        if bound.isFinite { bounds.insert(index) }
      case nil: storage[index] = .nan
      }
    }
  }

  /// All values, column after column; NaN where missing, the bound where censored.
  public var values: [Double] { storage }

  /// How many entries are known only by a bound.
  public var censored: Int { bounds.count }

  /// How many entries are missing.
  public var missing: Int { storage.lazy.filter(\.isNaN).count }
}
