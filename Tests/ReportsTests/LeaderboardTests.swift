import Experiment
import Foundation
import TestSupport
import Testing

@testable import Reports

private func board(_ rows: [Leaderboard.Row]) -> Leaderboard {
  Leaderboard(
    subject: "tiny",
    examples: 1200,
    queries: 1,
    parameters: 33,
    trainLoss: 0.25,
    queryLoss: 0.5,
    subsets: 400,
    seeds: 1,
    ceiling: nil,
    skipped: 0,
    rows: rows,
    truthSeconds: 1.5
  )
}

/// Two methods, one with all that can be known and one with nothing; every table.
private let full: Leaderboard = {
  var full = board([
    Leaderboard.Row(
      method: "influence",
      access: .weights,
      lds: Leaderboard.Figure(0.75, interval: 0.5...0.875),
      further: Leaderboard.Figure(0.25, interval: 0.125...0.5),
      ap: 0.5,
      auroc: 0.625,
      mislabelled: 1,
      passes: 4.25,
      seconds: 0.5
    ),
    Leaderboard.Row(
      method: "daunce-ridge",
      access: .fineTuning,
      lds: Leaderboard.Figure(0.5),
      behind: Leaderboard.Figure(0.25, interval: -0.125...0.5),
      trainings: 1500,
      seconds: 12
    ),
    Leaderboard.Row(method: "random", access: .data),
  ])
  full.seeds = 3
  full.ceiling = 0.9375
  full.skipped = 2
  full.scaling = [
    Leaderboard.Scaling(
      method: "daunce-ridge",
      models: [10, 20],
      lds: [0.25, 0.5],
      limit: 0.75,
      enough: 42.4
    ),
    Leaderboard.Scaling(
      method: "daunce-covariance",
      models: [10, 20],
      lds: [0.5, 0.5],
      limit: nil,
      enough: nil
    ),
  ]
  full.removals = [
    Leaderboard.RemovalCurve(
      method: "influence",
      sizes: [5, 20],
      rise: [0.5, -0.25],
      wrong: [0, 1]
    )
  ]
  full.brittleness = [
    Leaderboard.BrittlenessCurve(
      method: "influence",
      queries: 9,
      sizes: [1, 8],
      flipped: [0.25, 0.5],
      median: 8
    ),
    Leaderboard.BrittlenessCurve(
      method: "random",
      queries: 9,
      sizes: [1, 8],
      flipped: [0, 0],
      median: nil
    ),
  ]
  full.tailPatches = [
    Leaderboard.TailPatchFigures(
      method: "influence",
      increase: Leaderboard.Figure(0.5, interval: 0.25...0.75),
      gain: nil
    )
  ]
  full.decay = [
    Leaderboard.Decay(
      method: "influence",
      steps: [5, 1000],
      cosine: [0.5, nil],
      spearman: [nil, 0.25]
    )
  ]
  full.notes = ["source is left out: it diverged"]
  return full
}()

private func json(_ board: Leaderboard) -> String {
  String(decoding: Records.leaderboard(board).bytes, as: UTF8.self)
}

@Suite struct LeaderboardTests {
  @Test func `a method's record has the contract's fields, unknown figures are null`() {
    let text = json(full)
    #expect(
      text.contains(
        #"{"method":"influence","access":"weights","lds":0.75,"low":0.5,"high":0.875,"#
          + #""further":0.25,"furtherLow":0.125,"furtherHigh":0.5,"#
          + #""behind":null,"behindLow":null,"behindHigh":null,"ap":0.5,"auroc":0.625,"#
          + #""mislabelled":1,"trainings":0,"passes":4.25,"seconds":0.5}"#
      )
    )
    #expect(
      text.contains(
        #"{"method":"random","access":"data","lds":null,"low":null,"high":null,"#
          + #""further":null,"furtherLow":null,"furtherHigh":null,"#
          + #""behind":null,"behindLow":null,"behindHigh":null,"ap":null,"auroc":null,"#
          + #""mislabelled":null,"trainings":0,"passes":0,"seconds":0}"#
      )
    )
    #expect(text.contains(#""access":"fine-tuning","lds":0.5,"low":null,"high":null,"#))
  }

  @Test func `a board's record holds every table under its name`() throws {
    let record = Records.leaderboard(full)
    #expect(JSONSchema.published.faults(in: record, as: "leaderboard") == [])
    let bytes = Data(record.bytes)
    let object = try #require(try JSONSerialization.jsonObject(with: bytes) as? [String: Any])
    #expect(
      Set(object.keys) == [
        "schema", "subject", "sign", "examples", "queries", "parameters", "trainLoss", "queryLoss",
        "subsets", "seeds", "ceiling", "skipped", "truthSeconds", "methods", "scaling", "removals",
        "brittleness", "tailPatch", "decay", "notes",
      ]
    )
    #expect(object["sign"] as? String == Records.sign)
    #expect(object["subject"] as? String == "tiny")
    #expect(object["examples"] as? Int == 1200 && object["parameters"] as? Int == 33)
    #expect(object["seeds"] as? Int == 3 && object["skipped"] as? Int == 2)
    #expect(object["ceiling"] as? Double == 0.9375)
    #expect(object["notes"] as? [String] == ["source is left out: it diverged"])
    let methods = try #require(object["methods"] as? [[String: Any]])
    #expect(methods.map { $0["method"] as? String } == ["influence", "daunce-ridge", "random"])
    let text = json(full)
    for part in [
      #""scaling":[{"method":"daunce-ridge","models":[10,20],"lds":[0.25,0.5],"limit":0.75,"#
        + #""modelsFor95Percent":42.4},{"method":"daunce-covariance","models":[10,20],"#
        + #""lds":[0.5,0.5],"limit":null,"modelsFor95Percent":null}]"#,
      #""removals":[{"method":"influence","sizes":[5,20],"rise":[0.5,-0.25],"wrong":[0,1]}]"#,
      #"{"method":"random","queries":9,"sizes":[1,8],"flipped":[0,0],"median":null}"#,
      #""tailPatch":[{"method":"influence","increase":0.5,"low":0.25,"high":0.75,"gain":null,"#
        + #""gainLow":null,"gainHigh":null}]"#,
      #""decay":[{"method":"influence","steps":[5,1000],"cosine":[0.5,null],"#
        + #""spearman":[null,0.25]}]"#,
    ] { #expect(text.contains(part)) }
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `no number that is none reaches a record or a page`(odd: Double) throws {
    var board = board([
      Leaderboard.Row(
        method: "m",
        access: .weights,
        lds: Leaderboard.Figure(0.5),
        further: Leaderboard.Figure(odd),
        behind: Leaderboard.Figure(odd),
        ap: odd,
        auroc: odd,
        mislabelled: odd,
        passes: odd,
        seconds: odd
      )
    ])
    board.trainLoss = odd
    board.queryLoss = odd
    board.truthSeconds = odd
    board.ceiling = odd
    board.scaling = [
      Leaderboard.Scaling(method: "m", models: [3], lds: [odd], limit: odd, enough: odd)
    ]
    board.removals = [Leaderboard.RemovalCurve(method: "m", sizes: [1], rise: [odd], wrong: [odd])]
    board.decay = [Leaderboard.Decay(method: "m", steps: [1], cosine: [odd], spearman: [odd])]
    board.tailPatches = [
      Leaderboard.TailPatchFigures(method: "m", increase: Leaderboard.Figure(odd), gain: nil)
    ]
    let text = json(board)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    #expect(!text.contains("nan") && !text.contains("inf"))
    let page = "\(Page(board).parts)"
    #expect(!page.contains("nan") && !page.contains("inf"))
  }

  @Test func `columns that nothing fills are left out`() {
    let few = titles(
      board([Leaderboard.Row(method: "random", access: .data, lds: Leaderboard.Figure(0.5))])
    )
    #expect(few == ["method", "needs", "LDS", "", "", "models", "passes", "seconds"])
    #expect(titles(full).contains("further") && titles(full).contains("AP"))
    #expect(titles(full).contains("AUROC") && titles(full).contains("mislabels"))
    #expect(Page(board([])).parts.count == 4)
  }

  /// Headings of the first table.
  private func titles(_ board: Leaderboard) -> [String] {
    for case .table(let columns, _, _) in Page(board).parts { return columns.map(\.title) }
    return []
  }
}
