internal import Experiment
internal import Store
internal import Synchronization

/// Counts what happens and tells the observer.
final class RunMonitor: Sendable {
  private let progress: Mutex<RunProgress>
  private let observer: @Sendable (RunEvent) -> Void

  /// Starts from what is recorded.
  init(
    _ models: [ModelRecord],
    corpus: Corpus,
    settings: RunSettings,
    dollars: Double?,
    observer: @escaping @Sendable (RunEvent) -> Void
  ) {
    progress = Mutex(
      RunProgress(
        stage: .target,
        models: settings.models,
        trained: models.dropFirst().count { $0.status == .succeeded },
        read: 0,
        failed: 0,
        pairs: models.reduce(0) { $0 + $1.answered + $1.repeated },
        expectedPairs: Coverage(settings, corpus: corpus).pairs,
        dollars: dollars
      )
    )
    self.observer = observer
  }

  /// The run has come to its next stage.
  func enter(_ stage: RunProgress.Stage) { tell(.advanced) { $0.stage = stage } }

  /// A training has advanced, or come to its end.
  func training(_ model: Int, _ progress: TrainingProgress?) {
    tell(.advanced) { $0.training[Run.name(of: model)] = progress }
  }

  /// A model has been trained.
  func trained(_ model: Int) {
    tell(.trained(model: Run.name(of: model))) { $0.trained += model < 0 ? 0 : 1 }
  }

  /// A model has been read to the end.
  func read(_ model: Int) {
    tell(.read(model: Run.name(of: model))) { $0.read += model < 0 ? 0 : 1 }
  }

  /// Losses have been recorded.
  func paid(_ pairs: Int) { tell(.advanced) { $0.pairs += pairs } }

  /// So many US dollars have been spent in all.
  func spent(_ dollars: Double) {
    tell(.advanced) { $0.dollars = max($0.dollars ?? 0, dollars) }
  }

  /// A model has been given up.
  func failed(_ model: Int, reason: String) {
    tell(.failed(model: Run.name(of: model), reason: reason)) { $0.failed += 1 }
  }

  private func tell(
    _ occurrence: RunEvent.Occurrence,
    _ change: (inout RunProgress) -> Void
  ) {
    let progress = progress.withLock { progress in
      change(&progress)
      return progress
    }
    observer(RunEvent(occurrence: occurrence, progress: progress))
  }
}
