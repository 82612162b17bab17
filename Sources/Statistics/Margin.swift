import Glibc

/// The margin ln(p / (1 − p)) of an answer whose loss is L = −ln p.
///
/// Losses below 1e−8 count as 1e−8: the margin of a certain answer would be infinite.
///
/// - Parameter loss: Negative log-likelihood in nats, at least 0.
/// - Returns: About −L for an unlikely answer, at most 18.42.
public func margin(ofLoss loss: Double) -> Double {
  let loss = max(loss, 1e-8)
  return -loss - log(-expm1(-loss))
}
