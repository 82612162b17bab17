public import Attribution
internal import Experiment
import Synchronization

extension Study {
  /// The study of a recorded run: all models that have read every example.
  ///
  /// - Parameters:
  ///   - record: The record.
  ///   - arithmetic: What works out chance lines.
  public init(
    _ record: RunRecord,
    arithmetic: any BlockArithmetic = PlainArithmetic()
  ) {
    let rows = record.rows()
    let positions = Dictionary(uniqueKeysWithValues: zip(rows, rows.indices))
    let read = ReadLosses()
    self.init(
      corpus: record.corpus,
      design: record.design(),
      repeats: { view in
        try record.repeats().compactMap { pair in
          positions[pair.model].map {
            RepeatedReading(model: $0, column: pair.column, second: pair.second.loss(view))
          }
        }
      },
      probes: record.settings.perturbation.matrix == .queries
        ? Probing.Source(queries: rows) { view in
          try record.targetReadings().prefix(record.corpus.train.count).map {
            $0?.loss(view)?.value
          }
        } : nil,
      isMirrored: record.settings.perturbation.matrix == .mirrors,
      candidates: record.settings.candidates,
      embeddings: { try record.embeddings() },
      planned: record.models.count,
      arithmetic: arithmetic,
      losses: { try read.losses($0, of: record) }
    )
  }
}

/// The matrices of a record that were read, so that a page which asks many questions reads each once.
private final class ReadLosses: Sendable {
  private let matrices = Mutex<[LossView: LossMatrix]>([:])

  func losses(_ view: LossView, of record: RunRecord) throws(RunError) -> LossMatrix {
    if let known = matrices.withLock({ $0[view] }) { return known }
    let matrix = try record.losses(view)
    matrices.withLock { $0[view] = matrix }
    return matrix
  }
}
