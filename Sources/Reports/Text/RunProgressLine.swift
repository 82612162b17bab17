import Experiment
package import Runs
import Synchronization
package import Terminal

/// What happens in a run as one progress line, a model's share being its share of tokens.
package final class RunProgressLine: Sendable {
  private let progress: Progress
  private let display: Display
  private let task: String
  private let share: RunShare
  private let hasBegun = Mutex(false)
  private let silence: Waiting

  /// A line that begins with the first event.
  package init(_ task: String, share: RunShare, display: Display, progress: Progress) {
    self.task = task
    self.share = share
    self.display = display
    self.progress = progress
    silence = Waiting(for: "the next answer")
  }

  package func observe(_ event: RunEvent) {
    silence.restart()
    let isFirst = hasBegun.withLock { begun in
      defer { begun = true }
      return !begun
    }
    let done = share.done(event.progress)
    if isFirst { progress.begin(task, unit: "models", total: share.models, completed: done) }
    progress.update(
      done,
      detail: Self.detail(event.progress),
      figures: Self.figures(event.progress)
    )
    switch event.occurrence {
    case .advanced: break
    case .trained(let model): display.tell(.model(model, .trained), above: progress)
    case .read(let model): display.tell(.model(model, .read), above: progress)
    case .failed(let model, let reason):
      display.tell(.model(model, .failed, reason: reason), above: progress)
    }
  }

  package func end() {
    silence.end()
    progress.end()
  }

  /// What is spent and what is lost so far; people are told neither where there is none.
  private static func figures(_ now: RunProgress) -> [ProgressLine.Figure] {
    let failed = now.failed > 0 ? "\(now.failed) failed" : ""
    return [
      now.dollars.map { dollars in
        let text = "$" + Numerals.fixed(dollars, dollars < 1 ? 4 : 2)
        return ProgressLine.Figure("dollars", dollars, dollars > 0 ? text : "")
      }, ProgressLine.Figure("failed", Double(now.failed), failed),
    ].compactMap { $0 }
  }

  /// The first model whose prompt is being optimised, in words.
  private static func detail(_ now: RunProgress) -> String {
    let optimised = now.training.compactMap { model, training in
      training.scored.map { (model, $0.inputs, training) }
    }
    guard let (model, inputs, training) = optimised.min(by: { $0.0 < $1.0 }) else { return "" }
    var text = "\(model): \(ProgressLine.grouped(inputs))"
    if let limit = training.limit { text += " of \(ProgressLine.grouped(limit))" }
    text += " inputs"
    if let loss = training.loss { text += ", best loss \((loss * 1000).rounded() / 1000)" }
    return text
  }
}
