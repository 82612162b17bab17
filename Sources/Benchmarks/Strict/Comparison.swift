import Attribution
import Experiment
import Foundation
import Statistics

/// All contenders on one kind of data, over seeds, as lines of a Markdown table.
struct Comparison {
  /// What the data is called.
  let name: String
  private var outcomes: [(contender: String, bySeed: [Outcome])] = []
  /// By seed, for each text baseline: predictions of the tag's queries and of all.
  private var texts: [[(asked: Prediction?, all: Prediction?)]] = []
  private var ceilings: [(asked: Double?, all: Double?)] = []

  init(name: String) { self.name = name }

  /// Adds what a contender reached with the next seed.
  mutating func add(_ outcome: Outcome, of contender: Contender) {
    if let place = outcomes.firstIndex(where: { $0.contender == contender.name }) {
      outcomes[place].bySeed.append(outcome)
    } else {
      outcomes.append((contender.name, [outcome]))
    }
  }

  /// Adds what retraining says of text search, and how far it is to be trusted, with the next seed.
  mutating func add(_ retraining: Retraining, on stage: Stage) {
    let index = TextIndex(stage.corpus.train)
    let groups = [stage.asked, Array(stage.corpus.queries.indices)]
    texts.append(
      TextIndex.Baseline.allCases.map { baseline in
        let predictions = groups.map { queries in
          let scores = Scores(
            estimator: baseline.rawValue,
            train: stage.corpus.train.map(\.id),
            queries: queries.map { stage.corpus.queries[$0].id },
            values: queries.flatMap { index.scores(baseline, for: [stage.corpus.queries[$0]]) },
            measurable: stage.corpus.train.map { _ in true }
          )
          return retraining.judge(scores, of: queries)
        }
        return (predictions[0], predictions[1])
      }
    )
    ceilings.append((retraining.ceiling(of: groups[0]), retraining.ceiling(of: groups[1])))
  }

  /// The head of the table.
  static let head: String = {
    let columns =
      ["", "K", "inputs", "calls", "CPU s"] + Reading.all.map { "AP `\($0.name)`" }
      + ["AP low volatility", "two-sided", "LDS, tag's queries", "LDS, all queries"]
    return line(columns) + "\n" + line(columns.map { _ in "---" })
  }()

  /// The table's lines for this data.
  var lines: [String] {
    var lines = [Self.line(["**\(name)**"] + [String](repeating: "", count: 12))]
    for (contender, outcomes) in outcomes {
      let costs = [
        whole(outcomes.map { Double($0.models) }), whole(outcomes.map { Double($0.inputs) }),
        whole(outcomes.map { Double($0.calls) }), whole(outcomes.map(\.seconds)),
      ]
      let found = Reading.all.indices.map { reading in
        shares(outcomes.compactMap { $0.evaluations[reading]?.retrieval.ap })
      }
      lines.append(
        Self.line(
          [contender] + costs + found + [
            // On the first tokens that `auto` reads, and on whole completions.
            [0, 1].map { reading in stillness(outcomes, reading) }.joined(separator: " / "),
            shares(outcomes.compactMap { $0.evaluations[0]?.retrieval.twoSided }),
            prediction(outcomes.compactMap(\.asked)), prediction(outcomes.compactMap(\.all)),
          ]
        )
      )
    }
    guard let rivals = outcomes.first?.bySeed.map(\.evaluations), let last = Reading.all.last
    else { return lines }
    let single = Reading.all.count - 1
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
          + Reading.all.map { _ in shares(rivals.compactMap { $0[0]?.prevalence }.prefix(1)) } + [
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
