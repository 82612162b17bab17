import Synchronization
package import Terminal
package import Validation

/// The progress line: models of a stage of training, or methods of the stage of scoring.
package final class ValidationProgressLine: Sendable {
  private let progress: Progress
  private let stage = Mutex<ValidationStage?>(nil)

  package init(_ progress: Progress) { self.progress = progress }

  package func enter(_ next: ValidationStage) {
    let last = stage.withLock { stage in
      defer { stage = next }
      return stage
    }
    if case (.scoring, .scoring(let method, let done, _)) = (last, next) {
      progress.update(Double(done), detail: method)
      return
    }
    finish(last)
    switch next {
    case .scoring(let method, let done, let total):
      progress.begin("scoring", unit: "methods", total: total, completed: Double(done))
      progress.update(Double(done), detail: method)
    case .training: break
    case .judging: progress.begin("judging", unit: "tables", total: 1)
    }
  }

  /// Shows a stage as done whose end nobody counts.
  private func finish(_ stage: ValidationStage?) {
    switch stage {
    case .scoring(_, _, let total): progress.update(Double(total))
    case .judging: progress.update(1)
    case .training, nil: break
    }
  }

  package func complete() {
    finish(stage.withLock { $0 })
    end()
  }

  package func trained(_ done: Int, of total: Int) {
    switch stage.withLock({ $0 }) {
    case .training(let name):
      if done == 0 || done == total { progress.begin(name, unit: "models", total: total) }
      progress.update(Double(done))
    case .scoring(let method, let before, _):
      // A method's own trainings are a part of its share.
      progress.update(
        Double(before) + Double(done) / Double(max(1, total)),
        detail: "\(method): \(done) of \(total) models"
      )
    case .judging, nil: break
    }
  }

  package func end() { progress.end() }
}
