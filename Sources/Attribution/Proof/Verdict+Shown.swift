package import Experiment
import Glibc

/// The mean probability of some completions, by their NLL.
func rate(of losses: [Double]) -> Double {
  losses.reduce(0) { $0 + min(1, exp(-$1)) } / Double(losses.count)
}

/// The mean NLL.
func nll(of losses: [Double]) -> Double { losses.reduce(0, +) / Double(losses.count) }

extension Verdict.Shown {
  /// What models show on average; `nil` for no model, or no query.
  ///
  /// - Parameter models: The queries' NLL under each model, in nats.
  package init?(_ models: [[Double]]) {
    guard let first = models.first, !first.isEmpty else { return nil }
    let count = Double(models.count)
    self.init(
      nll: models.reduce(0) { $0 + Attribution.nll(of: $1) } / count,
      rate: models.reduce(0) { $0 + Attribution.rate(of: $1) } / count,
      queries: models.reduce(0) { $0 + Double($1.count { exp(-$0) >= 0.5 }) } / count
    )
  }
}
