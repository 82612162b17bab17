package import Experiment
import Statistics

extension Verdict.Triage {
  /// Reads what steps against sets of rows did off their losses.
  ///
  /// A step hurts all that a model can, so what it does to the other queries is taken off. A censored loss
  /// counts as its bound; a query without a loss under θ0 or under the step is left out.
  ///
  /// - Parameters:
  ///   - losses: One row a model, with the queries' losses.
  ///   - design: What each model is, as in `SubsetDesign.against`: a model without members is θ0.
  ///   - queries: Positions of the behaviour's queries.
  /// - Returns: One value a set of rows, the largest rise first, equal ones in the design's order; none
  ///   without θ0's losses.
  package static func all(
    losses: LossMatrix,
    design: SubsetDesign,
    queries: [Int]
  ) -> [Verdict.Triage] {
    precondition(losses.models.count == design.models)
    guard let target = design.subsets.firstIndex(where: \.members.isEmpty) else { return [] }
    func loss(_ model: Int, _ query: Int) -> Double? {
      losses[model: model, column: losses.column(query: query)]?.value
    }
    func rise(_ queries: [Int], under model: Int) -> Double? {
      let changes = queries.compactMap { query in
        loss(model, query).flatMap { after in loss(target, query).map { after - $0 } }
      }
      return changes.isEmpty ? nil : mean(of: changes)
    }
    let asked = Set(queries)
    let others = losses.queries.indices.filter { !asked.contains($0) }
    var order: [[Int]] = []
    var rises: [[Int]: [Double]] = [:]
    for (model, subset) in design.subsets.enumerated() where !subset.members.isEmpty {
      guard let own = rise(queries, under: model) else { continue }
      if rises[subset.members] == nil { order.append(subset.members) }
      rises[subset.members, default: []].append(own - (rise(others, under: model) ?? 0))
    }
    let found = order.map { rows in
      let values = rises[rows] ?? []
      return Verdict.Triage(
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

extension Verdict {
  /// Adds what triage said, and how well that agrees with removal.
  package mutating func add(_ triage: [Triage]) {
    self.triage = triage
    let pairs = triage.compactMap { triage in
      clusters.first { $0.cluster.rows == triage.rows }?.share.map { (triage.rise, $0.value) }
    }
    triageAgreement = pairs.count < 3 ? nil : spearman(pairs.map(\.0), pairs.map(\.1))
  }
}
