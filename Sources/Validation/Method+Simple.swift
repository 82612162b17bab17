import Attribution
import Experiment
import Kernels
import ReferenceModels
import Statistics

extension Method {
  /// What needs no model at all: the floor under every table.
  static let simple: [Method] = [
    Method("same-label", .data, applies: { $0.subject.labelled != nil }) { bench in
      let labels = bench.subject.labelled?.labels ?? []
      let train = bench.subject.train
      let values = bench.subject.queries.flatMap { query in
        train.map { labels[$0] == labels[query] ? 1.0 : 0 }
      }
      return Outcome(scores: bench.scores(values, by: "same-label"))
    },
    Method("knn-shapley", .data, applies: { $0.subject.labelled != nil }) { bench in
      guard let data = bench.subject.labelled else {
        throw ValidationError("cannot compare neighbours", cause: "the subject has no features")
      }
      func points(_ members: [Int], _ ids: [String]) -> NeighbourShapley.Points {
        NeighbourShapley.Points(
          ids: ids,
          features: members.map { Array(data.features.row($0)) },
          labels: members.map { data.labels[$0] }
        )
      }
      let valuation = try NeighbourShapley().scores(
        of: points(bench.subject.train, bench.trainIDs),
        for: points(bench.subject.queries, bench.queryIDs)
      )
      return Outcome(scores: valuation.scores)
    },
    Method("random", .data) { bench in
      var generator = SplitMix64(seed: bench.settings.seed, stream: 21)
      let count = bench.subject.train.count * bench.subject.queries.count
      return Outcome(
        scores: bench.scores((0..<count).map { _ in generator.normal() }, by: "random")
      )
    },
  ]
}
