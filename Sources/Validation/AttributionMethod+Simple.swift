import Attribution
import Experiment
import Kernels
import ReferenceModels
import Statistics

extension AttributionMethod {
  /// What needs no model at all: the floor under every table.
  static let simple: [AttributionMethod] = [
    AttributionMethod("same-label", .data, applies: { $0.task.labelled != nil }) { context in
      let labels = context.task.labelled?.labels ?? []
      let train = context.task.train
      let values = context.task.queries.flatMap { query in
        train.map { labels[$0] == labels[query] ? 1.0 : 0 }
      }
      return MethodOutput(scores: context.scores(values, by: "same-label"))
    },
    AttributionMethod("knn-shapley", .data, applies: { $0.task.labelled != nil }) { context in
      guard let data = context.task.labelled else {
        throw ValidationError("cannot compare neighbours", cause: "the task has no features")
      }
      func points(_ members: [Int], _ ids: [String]) -> NeighbourShapley.Points {
        NeighbourShapley.Points(
          ids: ids,
          features: members.map { Array(data.features.row($0)) },
          labels: members.map { data.labels[$0] }
        )
      }
      let valuation = try NeighbourShapley().scores(
        of: points(context.task.train, context.task.trainIDs),
        for: points(context.task.queries, context.task.queryIDs)
      )
      return MethodOutput(scores: valuation.scores)
    },
    AttributionMethod("random", .data) { context in
      var generator = SplitMix64(seed: context.settings.seed, stream: 21)
      let count = context.count * context.task.queries.count
      return MethodOutput(
        scores: context.scores((0..<count).map { _ in generator.normal() }, by: "random")
      )
    },
  ]
}
