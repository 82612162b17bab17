public import Experiment
import Statistics

/// What really happens to the queries when models are trained on other subsets: what scores should predict.
public struct GroundTruth: Sendable {
  /// The subsets, as positions among the N training examples: M.
  public let subsets: [[Int]]
  /// Minus the loss of each query under each subset's model and seed: seeds × Q × M.
  public let readings: [[[Double]]]

  /// Reads a design in which every subset was trained equally often, all with one seed before the next.
  ///
  /// - Parameters:
  ///   - losses: A model a subset of the design.
  ///   - design: The subsets.
  ///   - seeds: Trainings of each subset.
  public init(losses: LossMatrix, design: SubsetDesign, seeds: Int = 1) {
    precondition(design.models == losses.models.count && design.models.isMultiple(of: seeds))
    let count = design.models / seeds
    subsets = design.subsets.prefix(count).map(\.members)
    readings = (0..<seeds).map { seed in
      losses.queries.indices.map { query in
        let column = losses.column(query: query)
        return (0..<count).map { place in
          -(losses[model: seed * count + place, column: column]?.value ?? .nan)
        }
      }
    }
  }

  /// Mean over seeds: for each query, the outcome of each subset.
  public var outcomes: [[Double]] {
    readings[0].indices.map { query in
      subsets.indices.map { subset in mean(of: readings.map { $0[query][subset] }) }
    }
  }

  /// The highest score that noise in retraining leaves reachable on all queries or some; `nil` with one seed.
  public func ceiling(of queries: [Int]? = nil) -> Double? {
    LinearDatamodelling.ceiling(
      readings.map { reading in queries.map { $0.map { reading[$0] } } ?? reading }
    )
  }
}
