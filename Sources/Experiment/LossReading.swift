/// A negative log-likelihood as it was observed, in nats.
///
/// A number that could not be measured is a bound or absent, never invented.
public enum Loss: Sendable, Hashable {
  /// Measured exactly.
  case measured(Double)
  /// Known to be at least this large, e.g. a token outside the host's top-k list.
  case censored(atLeast: Double)

  /// The measured value or the bound.
  public var value: Double {
    switch self {
    case .measured(let value), .censored(let value): value
    }
  }
}

/// What one model says of one example: the NLL of its completion, or why it could not be read.
public enum LossReading: Sendable, Hashable {
  /// The loss was read, exactly or as a bound.
  case read(CompletionLoss)
  /// It could not be read.
  case missing(reason: String)

  /// The sum over the completion's tokens, in nats; `nil` when missing.
  public var loss: Loss? { if case .read(let read) = self { read.loss } else { nil } }

  /// Completion tokens that were read; 0 when missing.
  public var tokens: Int { if case .read(let read) = self { read.tokens } else { 0 } }

  /// Log-probability of each completion token in order; empty where only the sum is known, or nothing.
  public var tokenLogProbabilities: [Float] {
    if case .read(let read) = self { read.tokenLogProbabilities } else { [] }
  }

  /// Why it could not be read; `nil` when it was.
  public var reason: String? { if case .missing(let reason) = self { reason } else { nil } }

  /// How it was read, such as `echo`, or why it could not be: the text that a store keeps.
  public var source: String {
    switch self {
    case .read(let read): read.method
    case .missing(let reason): reason
    }
  }

  /// The loss seen through a view; `nil` where the view needs tokens that were not observed.
  public func loss(_ view: LossView) -> Loss? {
    guard case .read(let read) = self else { return nil }
    switch view {
    case .sum: return read.loss
    case .mean:
      guard read.tokens > 0 else { return nil }
      return switch read.loss {
      case .measured(let sum): .measured(sum / Double(read.tokens))
      case .censored(let bound): .censored(atLeast: bound / Double(read.tokens))
      }
    case .firstToken:
      guard let first = read.tokenLogProbabilities.first, first.isFinite else { return nil }
      return .measured(-Double(first))
    }
  }
}

/// The NLL of one completion as a model's log-probabilities give it.
public struct CompletionLoss: Sendable, Hashable {
  /// Sum over the completion's tokens, in nats.
  public let loss: Loss
  /// Completion tokens that were read.
  public let tokens: Int
  /// Log-probability of each completion token in order; empty when the host gives only the sum.
  public let tokenLogProbabilities: [Float]
  /// How it was read, such as `forward` or `echo`.
  public let method: String

}

extension LossReading {
  /// A loss that was read.
  ///
  /// - Parameters:
  ///   - loss: Sum over the completion's tokens, in nats.
  ///   - tokens: Completion tokens that were read.
  ///   - tokenLogProbabilities: One a token in order; empty when the host gives only the sum.
  ///   - method: How it was read, such as `forward` or `echo`.
  public init(loss: Loss, tokens: Int, tokenLogProbabilities: [Float], method: String) {
    self = .read(
      CompletionLoss(
        loss: loss,
        tokens: tokens,
        tokenLogProbabilities: tokenLogProbabilities,
        method: method
      )
    )
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
