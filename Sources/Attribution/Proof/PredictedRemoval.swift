public import Experiment
import Statistics

/// What a step of θ0 against some rows does to the losses of queries: a cheap word on what the rows' removal
/// would do.
///
/// The step raises the rows' losses, as training without them would, and whatever they taught goes with them.
/// It says which of several sets of rows matters to a behaviour, not how much of the behaviour would be left:
/// its size follows from the step's, so only the order of sets, and a set's sign, mean something.
public struct PredictedRemoval: Sendable, Hashable {
  /// Positions of the rows that the step goes against.
  public let rows: [Int]
  /// By how much the queries' mean loss rises over θ0's, in nats; positive where the rows feed the behaviour.
  public let rise: Double
  /// 95 % interval of Student's t from the spread of the seeds; `nil` for one seed.
  public let interval: ClosedRange<Double>?

  /// Reads the effects of steps against rows off their losses.
  ///
  /// A censored loss counts as its bound; a query without a loss under θ0 or under the step is left out.
  ///
  /// - Parameters:
  ///   - losses: One row a model, with the queries' losses.
  ///   - design: What each model is, as in `SubsetDesign.against`: a model without members is θ0.
  ///   - queries: Positions of the behaviour's queries.
  /// - Returns: One value a set of rows, the largest rise first, equal ones in the design's order; none
  ///   without θ0's losses.
  public static func all(
    losses: LossMatrix,
    design: SubsetDesign,
    queries: [Int]
  ) -> [PredictedRemoval] {
    precondition(losses.models.count == design.models)
    guard let target = design.subsets.firstIndex(where: \.members.isEmpty) else { return [] }
    func loss(_ model: Int, _ query: Int) -> Double? {
      losses[model: model, column: losses.column(query: query)]?.value
    }
    var order: [[Int]] = []
    var rises: [[Int]: [Double]] = [:]
    for (model, subset) in design.subsets.enumerated() where !subset.members.isEmpty {
      let changes = queries.compactMap { query in
        loss(model, query).flatMap { after in loss(target, query).map { after - $0 } }
      }
      guard !changes.isEmpty else { continue }
      if rises[subset.members] == nil { order.append(subset.members) }
      rises[subset.members, default: []].append(mean(of: changes))
    }
    let found = order.map { rows in
      let values = rises[rows] ?? []
      return PredictedRemoval(
        rows: rows,
        rise: mean(of: values),
        interval: meanInterval(level: 0.95, of: values)
      )
    }
    return found.enumerated().sorted {
      ($1.element.rise, $0.offset) < ($0.element.rise, $1.offset)
    }.map(\.element)
  }
}
