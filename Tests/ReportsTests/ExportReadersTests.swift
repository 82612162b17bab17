import Experiment
import FoundationEssentials
import TestSupport
import Testing

@testable import Reports

/// What real readers make of exports, by the one line that the guide shows.
@Suite struct `exports with ids that try a reader` {
  private static let ids = [
    "007", "8", "com,ma", "quo\"te", "new\nline", "\u{FC}\u{6F22}\u{5B57}", "NA", "null", "it's",
    " lead", "#hash",
    "2024-01-01", "1e5", "true", "tab\tx", "a\\b",
  ]

  /// The tables of two models; one loss is missing, one -0, one score infinite.
  private static func folder() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let url = folder.url
    var losses = LossMatrix(models: ["model-0", "model-1"], train: ids, queries: ["q"])
    for column in 0...ids.count {
      losses[model: 0, column: column] = .measured(Double(column) + 0.5)
      if column != 1 { losses[model: 1, column: column] = .measured(column == 2 ? -0.0 : 1e-5) }
    }
    var values = [Double](repeating: 0.5, count: ids.count * ids.count)
    values[1] = .infinity
    var measurable = [Bool](repeating: true, count: ids.count)
    measurable[2] = false
    let scores = Scores(
      estimator: "corr",
      train: ids,
      queries: ids,
      values: values,
      measurable: measurable
    )
    let design = SubsetDesign(
      examples: ids.count,
      start: .base,
      seed: 7,
      subsets: [.init(seed: 1, members: [1]), .init(seed: 2, members: [0, 2])]
    )
    let chances = ids.map { (query: $0, chance: Chance.unknown(reason: "NA, \"so\"")) }
    for format in Export.Format.allCases {
      func write(_ name: String, _ body: (@escaping Export.Sink) throws -> Void) throws {
        var bytes: [UInt8] = []
        try withoutActuallyEscaping({ (more: [UInt8]) throws in bytes += more }) { try body($0) }
        try Data(bytes).write(to: url.appending(path: "\(name).\(format.rawValue)"))
      }
      try write("losses") { try Export.losses(losses, as: format, to: $0) }
      try write("scores") { try Export.scores(scores, as: format, to: $0) }
      try write("membership") {
        try Export.membership(
          design,
          models: ["model-0", "model-1"],
          members: ids,
          as: format,
          to: $0
        )
      }
      if format != .npy { try write("chance") { try Export.chances(chances, as: format, to: $0) } }
    }
    try Data(JSONValue.strings(ids).bytes).write(to: url.appending(path: "ids.json"))
    return folder
  }

  @Test(
    .enabled(
      if: Interpreter.python.has("pandas") && Interpreter.python.has("numpy"),
      "needs python3 with pandas and numpy"
    )
  )
  func `load in pandas and NumPy`() throws {
    let folder = try Self.folder()
    let script = #"""
      import json, math
      import numpy as np, pandas as pd
      ids = json.load(open("ids.json"))
      def csv(name):
        return pd.read_csv(name, dtype={"id": str, "query": str}, keep_default_na=False, na_values=[""])
      def lines(name):
        return pd.read_json(name, lines=True, dtype={"id": str, "query": str})
      losses = csv("losses.csv")
      assert losses["id"].tolist() == ids + ["q"], losses["id"].tolist()
      assert losses["role"].tolist() == ["train"] * len(ids) + ["query"]
      assert losses["model-0"].dtype == losses["model-1"].dtype == np.float64
      assert losses["model-1"].isna().tolist() == [i == 1 for i in range(len(ids) + 1)]
      assert math.copysign(1, losses["model-1"][2]) == -1
      assert csv("membership.csv")["model-1"].tolist()[:3] == [1, 0, 1]
      scores = csv("scores.csv").set_index("id")
      assert scores.columns.tolist() == scores.index.tolist() == ids
      assert scores.isna().sum().sum() == len(ids) + 1
      assert csv("chance.csv")["query"].tolist() == ids
      assert set(csv("chance.csv")["reason"]) == {'NA, "so"'}
      for name, column in [("losses", "losses"), ("scores", "scores"), ("membership", "weights")]:
        table = lines(name + ".jsonl")
        assert table["id"].tolist()[:len(ids)] == ids, name
        matrix = np.array(table[column].tolist(), dtype=float)
        array = np.load(name + ".npy")
        assert array.dtype == np.float64 and array.T.shape == matrix.shape, name
        if name != "scores":
          assert np.array_equal(array.T, matrix, equal_nan=True), name
      assert lines("chance.jsonl")["query"].tolist() == ids
      print("loaded")
      """#
    let (status, output) = try Interpreter.python.run(script, in: folder.url)
    #expect(status == 0 && output == "loaded\n", "\(output)")
  }

  @Test(.enabled(if: Interpreter.python.has("duckdb"), "needs python3 with duckdb"))
  func `load in DuckDB`() throws {
    let folder = try Self.folder()
    let script = #"""
      import json, duckdb
      ids = json.load(open("ids.json"))
      for name in ["losses", "scores", "membership"]:
        for form in ["read_csv('%s.csv', types={'id': 'VARCHAR'})", "'%s.jsonl'"]:
          rows = duckdb.sql("from " + form % name).fetchall()
          assert [row[0] for row in rows][:len(ids)] == ids, (name, form)
      missing = duckdb.sql("select count(*) from 'losses.csv' where \"model-1\" is null")
      assert missing.fetchall() == [(1,)]
      print("loaded")
      """#
    let (status, output) = try Interpreter.python.run(script, in: folder.url)
    #expect(status == 0 && output == "loaded\n", "\(output)")
  }

  @Test(.enabled(if: Interpreter.r.has("utils"), "needs Rscript"))
  func `load in R`() throws {
    let folder = try Self.folder()
    let literals = Self.ids.map { String(decoding: JSONValue.string($0).bytes, as: UTF8.self) }
    let script = """
      ids <- c(\(literals.joined(separator: ", ")))
      table <- function(name) utils::read.csv(
        name, check.names = FALSE, colClasses = c(id = "character"), na.strings = "", encoding = "UTF-8")
      losses <- table("losses.csv")
      stopifnot(identical(losses$id, c(ids, "q")), is.numeric(losses[["model-1"]]))
      stopifnot(identical(which(is.na(losses[["model-1"]])), 2L), 1 / losses[["model-1"]][3] == -Inf)
      stopifnot(identical(table("membership.csv")$id, ids), identical(table("scores.csv")$id, ids))
      stopifnot(sum(is.na(table("scores.csv"))) == length(ids) + 1)
      cat("loaded")
      """
    let (status, output) = try Interpreter.r.run(script, in: folder.url)
    #expect(status == 0 && output == "loaded", "\(output)")
  }
}
