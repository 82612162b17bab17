/// A token with what a model gives it.
package struct TokenCandidate: Sendable, Hashable {
  /// The token.
  package let token: Int32
  /// Its log-probability in nats, at most 0.
  package let logProbability: Float

  package init(_ token: Int32, _ logProbability: Float) {
    self.token = token
    self.logProbability = logProbability
  }
}

/// What a model says of one token of a text, given all before it.
package struct TokenReading: Sendable, Hashable {
  /// The token that stands there, or that was drawn.
  package let chosen: TokenCandidate
  /// The likeliest tokens there, likeliest first, as many as were asked for.
  package let likeliest: [TokenCandidate]

  package init(_ chosen: TokenCandidate, likeliest: [TokenCandidate]) {
    self.chosen = chosen
    self.likeliest = likeliest
  }
}
