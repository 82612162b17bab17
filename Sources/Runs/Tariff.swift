internal import Experiment
internal import Store

/// What each act of a run costs, the same for its plan and while it runs.
struct Tariff: Sendable {
  /// What the provider charges.
  let rates: Rates
  /// Tokens of each example by number: training rows first, then queries.
  private let tokens: [Int]
  private let overhead: Int
  /// Mean tokens of a training example.
  private let trainTokens: Int

  /// Counts the tokens of a corpus.
  init(_ rates: Rates, corpus: Corpus, scorer: any Scorer) {
    self.rates = rates
    overhead = scorer.scorerCapabilities.overhead
    tokens = (corpus.train + corpus.queries).map { max(0, scorer.tokens(in: $0)) }
    trainTokens = tokens.prefix(corpus.train.count).reduce(0, +) / max(1, corpus.train.count)
  }

  /// What a training costs that has reported its tokens.
  func training(tokens: Int) -> Spending {
    Spending(.training, tokens: tokens, dollars: rates.training(tokens: tokens))
  }

  /// What a training will cost, by the number of tokens that the scorer counts.
  func training(members: some Sequence<Int>, epochs: Int) -> Spending {
    training(tokens: members.reduce(0) { $0 + tokens[$1] } * epochs)
  }

  /// What scoring that many training examples behind prompts costs, of mean size.
  func optimising(_ inputs: Int) -> Spending {
    let mean = trainTokens + overhead
    return Spending(
      .scoring,
      tokens: inputs * mean,
      dollars: rates.scoring(tokens: inputs * mean, examples: inputs)
    )
  }

  /// What was spent on finding a prompt, by what was really scored.
  func scoring(_ scored: ScoredInputs) -> Spending {
    Spending(
      .scoring,
      tokens: scored.tokens,
      dollars: rates.scoring(tokens: scored.tokens, examples: scored.inputs)
    )
  }

  /// What reading one call's losses costs, under θ0 or under a perturbed model.
  func scoring(_ examples: [Int], isPerturbed: Bool) -> Spending {
    let sum = examples.reduce(0) { $0 + tokens[$1] + (isPerturbed ? overhead : 0) }
    return Spending(
      .scoring,
      tokens: sum,
      dollars: rates.scoring(tokens: sum, examples: examples.count)
    )
  }
}
