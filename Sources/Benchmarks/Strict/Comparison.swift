import Attribution
import Experiment
import Foundation
import Statistics

/// All perturbations on one kind of data, over seeds, as lines of a Markdown table.
struct Comparison {
  /// What the data is called.
  let name: String
  private var outcomes: [(perturbation: String, bySeed: [Outcome])] = []
  /// By seed, for each text baseline: predictions of the tag's queries and of all.
  private var texts: [[(asked: Prediction?, all: Prediction?)]] = []
  private var ceilings: [(asked: Double?, all: Double?)] = []

  init(name: String) { self.name = name }

  /// Adds what a perturbation reached with the next seed.
  mutating func add(_ outcome: Outcome, of perturbation: ComparedPerturbation) {
    if let place = outcomes.firstIndex(where: { $0.perturbation == perturbation.name }) {
      outcomes[place].bySeed.append(outcome)
    } else {
      outcomes.append((perturbation.name, [outcome]))
    }
  }

  /// Adds what retraining says of text search, and how far it is to be trusted, with the next seed.
  mutating func add(_ truth: GroundTruth, on tuned: TunedCorpus) {
    let index = TextIndex(tuned.corpus.train)
    let groups = [tuned.asked, Array(tuned.corpus.queries.indices)]
    texts.append(
      TextIndex.Baseline.allCases.map { baseline in
        let predictions = groups.map { queries in
          let scores = Scores(
            estimator: baseline.rawValue,
            train: tuned.corpus.train.map(\.id),
            queries: queries.map { tuned.corpus.queries[$0].id },
            values: queries.flatMap { index.scores(baseline, for: [tuned.corpus.queries[$0]]) },
            measurable: tuned.corpus.train.map { _ in true }
          )
          return Prediction(of: scores, queries, against: truth)
        }
        return (predictions[0], predictions[1])
      }
    )
    ceilings.append((truth.ceiling(of: groups[0]), truth.ceiling(of: groups[1])))
  }

  /// The head of the table.
  static let head: String = {
    let columns =
      ["", "K", "inputs", "calls", "CPU s"] + ScoreReading.all.map { "AP `\($0.name)`" }
      + ["AP low volatility", "two-sided", "LDS, tag's queries", "LDS, all queries"]
    return line(columns) + "\n" + line(columns.map { _ in "---" })
  }()

  /// The table's lines for this data.
  var lines: [String] {
    var lines = [Self.line(["**\(name)**"] + [String](repeating: "", count: 12))]
    for (perturbation, outcomes) in outcomes {
      let costs = [
        whole(outcomes.map { Double($0.models) }), whole(outcomes.map { Double($0.inputs) }),
        whole(outcomes.map { Double($0.calls) }), whole(outcomes.map(\.seconds)),
      ]
      let found = ScoreReading.all.indices.map { reading in
        shares(outcomes.compactMap { $0.evaluations[reading]?.retrieval.ap })
      }
      lines.append(
        Self.line(
          [perturbation] + costs + found + [
            // On the first tokens that `auto` reads, and on whole completions.
            [0, 1].map { reading in stillness(outcomes, reading) }.joined(separator: " / "),
            shares(outcomes.compactMap { $0.evaluations[0]?.retrieval.twoSided }),
            prediction(outcomes.compactMap(\.asked)), prediction(outcomes.compactMap(\.all)),
          ]
        )
      )
    }
    guard let rivals = outcomes.first?.bySeed.map(\.evaluations), let last = ScoreReading.all.last
    else { return lines }
    let single = ScoreReading.all.count - 1
    for (place, baseline) in TextIndex.Baseline.allCases.enumerated() {
      func figures(_ reading: Int, _ value: (Retrieval) -> Double?) -> String {
        shares(rivals.compactMap { $0[reading]?.baselines[baseline.rawValue].flatMap(value) })
      }
      lines.append(
        Self.line(
          ["text: \(baseline.rawValue)", "", "0", "0", "", figures(0, \.ap), "", ""]
            + [last.isGrouped ? "" : figures(single, \.ap), "", figures(0, \.twoSided)] + [
              prediction(texts.compactMap { $0[place].asked }),
              prediction(texts.compactMap { $0[place].all }),
            ]
        )
      )
    }
    lines.append(
      Self.line(
        ["chance; most an LDS can be", "", "", "", ""]
          + ScoreReading.all.map { _ in shares(rivals.compactMap { $0[0]?.prevalence }.prefix(1)) }
          + [
            "", ".50", shares(ceilings.compactMap(\.asked)), shares(ceilings.compactMap(\.all)),
          ]
      )
    )
    return lines
  }

  /// The mean average precision of the low-volatility control on the losses that a reading reads.
  private func stillness(_ outcomes: [Outcome], _ reading: Int) -> String {
    let figures = outcomes.compactMap {
      $0.evaluations[reading]?.baselines[LowVolatility.name]?.ap
    }
    return figures.isEmpty ? "" : share(mean(of: figures))
  }

  private static func line(_ cells: [String]) -> String {
    "| " + cells.joined(separator: " | ") + " |"
  }
}

/// A mean of counts, rounded.
private func whole(_ values: [Double]) -> String {
  "\(Int(mean(of: values).rounded()))"
}

/// A mean of shares, and each of them.
private func shares(_ values: some Collection<Double>) -> String {
  if values.isEmpty { return "" }
  let centre = share(mean(of: Array(values)))
  return values.count == 1 ? centre : "\(centre) (\(values.map(share).joined(separator: " ")))"
}

/// Two decimals without the zero in front.
func share(_ value: Double) -> String {
  let text = String(format: "%.2f", abs(value))
  let digits = text.hasPrefix("0") ? String(text.dropFirst()) : text
  return (value < 0 && digits != ".00" ? "−" : "") + digits
}

/// A mean of predictions with its 95 % half-width.
private func prediction(_ predictions: [Prediction]) -> String {
  Prediction.mean(of: predictions).map { "\(share($0.mean)) ± \(share($0.halfWidth))" } ?? ""
}
