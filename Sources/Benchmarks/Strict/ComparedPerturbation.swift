import Attribution
import Experiment
import Glibc
import Statistics

/// A way to perturb θ0 that is compared with the others at equal numbers of scored inputs.
struct ComparedPerturbation: Sendable {
  /// What the subsets behind prompts are.
  enum Subsets: Sendable {
    /// Uniform subsets, a share of the training set.
    case random
    /// The rows that BM25 finds nearest to one query each, so many.
    case nearest(Int)
  }

  /// Its line in the table.
  let name: String
  /// The prompts; `nil` fine-tunes by the recipe.
  let prompts: PromptPerturbation?
  /// Perturbed models; `nil` is as many as the budget buys.
  var models: Int?
  /// Where demonstrations are drawn from.
  var subsets = Subsets.random
  /// Each model becomes a mixture of so many of the models, drawn for it; `nil` for none.
  var parts: Int?

  init(
    _ name: String,
    _ prompts: PromptPerturbation?,
    models: Int? = nil,
    subsets: Subsets = .random,
    parts: Int? = nil
  ) {
    self.name = name
    self.prompts = prompts
    self.models = models
    self.subsets = subsets
    self.parts = parts
  }

  /// All perturbations, one a line of the table.
  static let all = [
    ComparedPerturbation("fine-tunes (reference)", nil, models: 25),
    ComparedPerturbation("demonstrations, 1", PromptPerturbation(method: .demonstrations)),
    ComparedPerturbation(
      "demonstrations, 3",
      PromptPerturbation(method: .demonstrations, demonstrations: 3)
    ),
    ComparedPerturbation(
      "demonstrations, 1 of the 10 rows nearest to a query",
      PromptPerturbation(method: .demonstrations),
      subsets: .nearest(10)
    ),
    ComparedPerturbation(
      "demonstrations, 1, models mixed by fives",
      PromptPerturbation(method: .demonstrations),
      parts: 5
    ),
    ComparedPerturbation("random, 8 segments", PromptPerturbation(method: .random)),
    ComparedPerturbation("random, 50 segments", PromptPerturbation(method: .random, length: 50)),
    // The label loss takes so many inputs that the budget buys two models.
    ComparedPerturbation("BDPL on token NLL", PromptPerturbation(method: .bdpl, labels: [])),
    ComparedPerturbation("BDPL at its own cost", PromptPerturbation(method: .bdpl), models: 25),
    ComparedPerturbation(
      "in-context probing at its own cost",
      PromptPerturbation(method: .probing)
    ),
  ]
}

/// A way to read scores from the same losses.
struct ScoreReading: Sendable {
  /// Its column in the table.
  let name: String
  let method: Method
  /// Whether the queries are asked as one.
  let isGrouped: Bool

  /// What is read from every perturbation's losses; the first also gives the two-sided area.
  static let all = [
    ScoreReading(name: "auto", method: Method(), isGrouped: true),
    ScoreReading(
      name: "correlation",
      method: Method(estimator: .named(.correlation)),
      isGrouped: true
    ),
    ScoreReading(name: "log-dc", method: Method(estimator: .named(.logDC)), isGrouped: true),
    ScoreReading(name: "auto, one query", method: Method(), isGrouped: false),
  ]
}

extension SubsetDesign {
  /// The design with the rows nearest to a query, another for each model, in the place of its subsets.
  func nearest(_ count: Int, in corpus: Corpus) -> SubsetDesign {
    let index = TextIndex(corpus.train)
    return SubsetDesign(
      examples: examples,
      start: start,
      seed: seed,
      subsets: self.subsets.map { subset in
        var generator = SplitMix64(seed: subset.seed, stream: 1)
        let query = corpus.queries[generator.below(corpus.queries.count)]
        let scores = index.scores(.bm25, for: [query])
        let nearest = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }.prefix(count)
        return Subset(seed: subset.seed, members: nearest.sorted())
      }
    )
  }
}

extension LossMatrix {
  /// As many models, each the mixture of `parts` of these: its probability of a completion is the mean of
  /// theirs.
  func mixed(by parts: Int, seed: UInt64) -> LossMatrix {
    var generator = SplitMix64(seed: seed, stream: 2)
    let count = models.count
    let mixtures = models.map { _ in generator.sample(min(parts, count), of: count) }
    let values = values
    let mixed = (0..<columns).flatMap { column in
      mixtures.map { mixture in
        let losses = mixture.map { values[column * count + $0] }
        let least = losses.min() ?? .nan
        return least - log(mean(of: losses.map { exp(least - $0) }))
      }
    }
    return LossMatrix(
      models: models,
      train: train,
      queries: queries,
      view: view,
      values: mixed,
      censored: []
    )
  }
}
