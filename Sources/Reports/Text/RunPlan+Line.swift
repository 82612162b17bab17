package import Experiment
import Terminal

extension RunPlan {
  /// The plan in one line, as it is noted when a run begins.
  package var line: String {
    var parts = [
      "plan: \(jobs) fine-tunes, \(ProgressLine.grouped(trainingTokens)) tokens",
      "\(ProgressLine.grouped(requests)) scoring requests, \(ProgressLine.grouped(scoringTokens)) tokens",
    ]
    if let hours {
      parts.append("about \(ProgressLine.readable(.seconds(hours * 3600)))")
    }
    if let dollars, dollars > 0 {
      parts.append("about $\((dollars * 100).rounded() / 100)")
    }
    return parts.joined(separator: "; ")
  }
}
