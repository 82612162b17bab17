import Experiment
import Reports
import Terminal
import Testing

private let board: Leaderboard = {
  var board = Leaderboard(
    subject: "tiny",
    examples: 1200,
    queries: 1,
    parameters: 33,
    trainLoss: 0.25,
    queryLoss: 0.5,
    subsets: 400,
    seeds: 3,
    ceiling: 0.9375,
    skipped: 2,
    rows: [
      Leaderboard.Row(
        method: "influence",
        access: .weights,
        lds: Leaderboard.Figure(0.75, interval: 0.5...0.875),
        ap: 0.5,
        auroc: 0.5,
        passes: 4.25,
        seconds: 0.5
      ),
      Leaderboard.Row(
        method: "daunce-ridge",
        access: .fineTuning,
        lds: Leaderboard.Figure(0.375),
        behind: Leaderboard.Figure(0.25, interval: -0.125...0.5),
        trainings: 1500,
        passes: 100,
        seconds: 12
      ),
      Leaderboard.Row(method: "random", access: .data),
    ],
    truthSeconds: 1.5
  )
  board.scaling = [
    Leaderboard.Scaling(
      method: "daunce-ridge",
      models: [10, 20],
      lds: [0.25, 0.375],
      limit: 0.5,
      enough: 42.4
    )
  ]
  board.notes = ["source is left out: \u{1B}[31mit diverged"]
  return board
}()

@Suite struct LeaderboardPageTests {
  @Test func `the leaderboard has a row a method, its scaling, and what to know of the figures`() {
    let text = Page(board).rendered(width: 100, style: .plain)
    let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    for line in [
      "Methods against ground truth on tiny",
      "1,200 training examples, 1 query, 33 parameters; mean loss 0.250 on training examples, 0.500 on",
      "method needs LDS AP AUROC models passes seconds",
      "influence weights 0.750 ± 0.188 ████████ 0.500 0.500 4.3 0.5",
      "daunce-ridge fine-tuning 0.375 ████ – – 1,500 100 12",
      "random data – – – 0.0",
      "LDS by number of models K = 10 K = 20 limit 95 % at K",
      "daunce-ridge 0.250 0.375 0.500 42",
      "ceiling 0.938: what noise in retraining leaves reachable",
      "skipped 2 queries with outcomes that are all equal",
      "no worse than the first, by paired intervals: daunce-ridge",
      "note source is left out: ␛[31mit diverged",
    ] { #expect(lines.contains(line), "\(line) in \(text)") }
  }
}
