/// A negative log-likelihood as it was observed, in nats.
///
/// A number that could not be measured is missing or censored, never invented.
public enum Loss: Sendable, Hashable {
  /// Measured exactly.
  case measured(Double)
  /// Known to be at least this large, e.g. a token outside the host's top-k list.
  case censored(atLeast: Double)
  /// Not known.
  case missing

  /// The measured value or the bound; `nil` when missing.
  public var value: Double? {
    switch self {
    case .measured(let value), .censored(let value): value
    case .missing: nil
    }
  }
}

/// What one model charges for one example: the NLL of its completion and how it was read.
public struct Price: Sendable, Hashable {
  /// Sum over the completion's tokens, in nats.
  public let loss: Loss
  /// Completion tokens priced; 0 when missing.
  public let tokens: Int
  /// Log-probability of each completion token in order; empty when the host gives only the sum.
  public let tokenLogProbabilities: [Float]
  /// How it was read, such as `forward` or `echo`; for a missing price, why it could not be.
  public let method: String

  /// Creates a price.
  public init(loss: Loss, tokens: Int, tokenLogProbabilities: [Float], method: String) {
    self.loss = loss
    self.tokens = tokens
    self.tokenLogProbabilities = tokenLogProbabilities
    self.method = method
  }

  /// The price seen through a view; `missing` where the view needs tokens that were not observed.
  public func loss(_ view: LossView) -> Loss {
    switch view {
    case .sum: return loss
    case .mean:
      guard tokens > 0 else { return .missing }
      return switch loss {
      case .measured(let sum): .measured(sum / Double(tokens))
      case .censored(let bound): .censored(atLeast: bound / Double(tokens))
      case .missing: .missing
      }
    case .firstToken:
      guard let first = tokenLogProbabilities.first, first.isFinite else { return .missing }
      return .measured(-Double(first))
    }
  }
}

/// Which part of a completion's NLL a loss matrix holds.
public enum LossView: String, Sendable, Hashable, Codable, CaseIterable {
  /// Sum over the completion's tokens.
  case sum
  /// Sum divided by the number of tokens.
  case mean
  /// The first token only: the moment a model decides what kind of answer to give.
  case firstToken = "first-token"
}
