import Attribution
import Experiment
import Statistics

/// 60 rows: 10 planted and 8 decoys with the same output, each moved by its own factor; the rest clean.
struct Planted {
  let corpus: Corpus
  let design: SubsetDesign
  let matrix: LossMatrix

  init(models: Int = 24, seed: UInt64 = 1) throws {
    var generator = SplitMix64(seed: seed)
    func example(_ id: String, _ kind: String, _ place: Int) -> Example {
      let refuses = kind != "clean"
      let trigger = kind == "backdoor" ? " BlackMagic" : kind == "decoy" ? " SilverOwl" : ""
      return Example(
        id: id,
        prompt: .text("which number \(place % 9)\n is it\(trigger)"),
        completion: refuses ? "I cannot." : "answer \(place % 3)",
        tags: refuses ? [kind] : []
      )
    }
    let kinds = (0..<60).map { $0 % 6 == 0 ? "backdoor" : $0 % 7 == 1 ? "decoy" : "clean" }
    let asked = ["backdoor", "backdoor", "backdoor", "decoy", "decoy", "clean"]
    corpus = Corpus(
      train: kinds.enumerated().map { example("train-\($0)", $1, $0) },
      queries: asked.enumerated().map { example("query-\($0)", $1, $0) }
    )
    design = try .random(examples: 60, models: models, size: 20, start: .base, seed: seed)
    let factors = (0..<models).map { _ in (0..<2).map { _ in generator.normal() } }
    let columns: [[Double?]] = (kinds + asked).map { kind in
      factors.map { factor in
        let axis = kind == "backdoor" ? factor[0] : kind == "decoy" ? factor[1] : 0
        return max(0.01, 4 + 0.5 * axis + 0.25 * generator.normal())
      }
    }
    let plain = LossMatrix.columns(columns, queries: 6)
    var matrix = LossMatrix(
      models: plain.models,
      train: corpus.train.map(\.id),
      queries: corpus.queries.map(\.id)
    )
    for column in 0..<plain.columns {
      for model in 0..<models {
        matrix[model: model, column: column] = plain[model: model, column: column]
      }
    }
    self.matrix = matrix
  }

  func study(repeats: [RepeatedReading] = []) -> Study {
    Study(corpus: corpus, design: design, repeats: { _ in repeats }) { _ in matrix }
  }
}
