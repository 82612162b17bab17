/// Tokenised examples laid end to end, with the positions whose next token is to be predicted.
struct TokenBatch {
  /// One example's part.
  struct Span {
    /// Its tokens within the batch.
    let tokens: Range<Int>
    /// Its predicted positions within `rows`.
    let rows: Range<Int>
  }

  private(set) var tokens: [Int] = []
  private(set) var spans: [Span] = []
  /// Token index of each predicting position, ascending.
  private(set) var rows: [Int] = []
  /// The token to be predicted at each of `rows`.
  private(set) var targets: [Int] = []
  /// Weight of each prediction in the training loss.
  private(set) var factors: [Float] = []

  /// Adds an example; the last token is never read, only predicted.
  mutating func append(_ sequence: TokenSequence, factor: Float = 1) {
    let start = tokens.count
    let firstRow = rows.count
    tokens += sequence.tokens.dropLast().map(Int.init)
    for position in sequence.completion {
      rows.append(start + position - 1)
      targets.append(Int(sequence.tokens[position]))
      factors.append(factor)
    }
    spans.append(Span(tokens: start..<tokens.count, rows: firstRow..<rows.count))
  }
}

/// One tokenised example: end token, prompt, completion, and for training the closing end token.
package struct TokenSequence: Sendable, Hashable {
  /// All tokens, those of the completion last.
  package let tokens: [Int32]
  /// Positions of the tokens that are predicted; never empty, never position 0.
  package let completion: Range<Int>

  package init(tokens: [Int32], completion: Range<Int>) {
    precondition(completion.lowerBound > 0 && completion.upperBound <= tokens.count)
    precondition(!completion.isEmpty)
    self.tokens = tokens
    self.completion = completion
  }
}
