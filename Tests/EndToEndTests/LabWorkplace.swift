import Foundation
import Statistics
import TestSupport

/// A folder with a small table and a laboratory's configuration that takes a fraction of a second.
struct LabWorkplace: ~Copyable {
  private let temporary: TemporaryFolder

  /// The folder.
  var url: URL { temporary.url }

  /// Writes rows.csv and lab.json5.
  init() throws {
    let temporary = try TemporaryFolder()
    for (name, text) in [("rows.csv", Self.table()), ("lab.json5", Self.configuration)] {
      try Data(text.utf8).write(to: temporary.url.appending(path: name))
    }
    self.temporary = temporary
  }

  /// A table of three overlapping classes.
  static func table(rows: Int = 60, seed: UInt64 = 5) -> String {
    var generator = SplitMix64(seed: seed, stream: 0)
    var lines = ["a,b,c,label"]
    for row in 0..<rows {
      let cells = (0..<3).map { $0 == row % 3 ? 1.5 + generator.normal() : generator.normal() }
      lines.append(cells.map { "\($0)" }.joined(separator: ",") + ",class \(row % 3)")
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The configuration: softmax regression on the table.
  static let configuration = """
    {
      data: { csv: "rows.csv" },
      model: { kind: "softmax" },
      training: { ridge: 0.01 },
      truth: { models: 12, subsetRatio: 0.5 },
      perturbation: {
        models: [6, 12], subsetRatio: 0.5,
        training: { epochs: 2, batchSize: 8, learningRate: 0.1, ridge: 0.01 },
      },
      draws: 50,
    }
    """

  /// The configuration with stretches replaced, written as lab.json5.
  func rewrite(_ changes: (old: String, new: String)...) throws {
    var text = Self.configuration
    for change in changes { text = text.replacingOccurrences(of: change.old, with: change.new) }
    try write("lab.json5", text)
  }

  /// Writes a text file.
  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }

  /// Runs `daunce validate` in the folder.
  func validate(_ words: String...) async throws -> DaunceProcess.Ending {
    try await DaunceProcess(["validate"] + words, in: url).ending()
  }
}

extension DaunceProcess.Ending {
  /// Standard output without what a clock decides.
  var untimed: String {
    output.replacing(/"(truthSeconds|seconds)":[-+.e0-9]+/) { "\"\($0.output.1)\":0" }
  }

  /// The leaderboard that `--json` gave.
  func board() throws -> [String: Any] { try objects().first ?? [:] }

  /// Its methods by name.
  func methods() throws -> [String: [String: Any]] {
    let rows = try board()["methods"] as? [[String: Any]] ?? []
    return Dictionary(rows.map { ($0["method"] as? String ?? "", $0) }) { first, _ in first }
  }
}
