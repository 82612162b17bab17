package import Experiment

extension Records {
  /// `validate --json`.
  package static func leaderboard(_ board: Leaderboard) -> JSONValue {
    .object([
      ("schema", .integer(schema)), ("subject", .string(board.subject)), ("sign", .string(sign)),
      ("examples", .integer(board.examples)), ("queries", .integer(board.queries)),
      ("parameters", .integer(board.parameters)), ("trainLoss", .number(board.trainLoss)),
      ("queryLoss", .number(board.queryLoss)), ("subsets", .integer(board.subsets)),
      ("seeds", .integer(board.seeds)), ("ceiling", .number(board.ceiling)),
      ("skipped", .integer(board.skipped)), ("truthSeconds", .number(board.truthSeconds)),
      ("methods", .array(board.rows.map(row))),
      (
        "scaling",
        .array(
          board.scaling.map { curve in
            .object([
              ("method", .string(curve.method)),
              ("models", .array(curve.models.map { .integer($0) })),
              ("lds", numbers(curve.lds)), ("limit", .number(curve.limit)),
              ("modelsFor95Percent", .number(curve.enough)),
            ])
          }
        )
      ),
      (
        "removals",
        .array(
          board.removals.map { curve in
            .object([
              ("method", .string(curve.method)),
              ("sizes", .array(curve.sizes.map { .integer($0) })), ("rise", numbers(curve.rise)),
              ("wrong", numbers(curve.wrong)),
            ])
          }
        )
      ),
      (
        "brittleness",
        .array(
          board.brittleness.map { curve in
            .object([
              ("method", .string(curve.method)), ("queries", .integer(curve.queries)),
              ("sizes", .array(curve.sizes.map { .integer($0) })),
              ("flipped", numbers(curve.flipped)),
              ("median", curve.median.map { .integer($0) } ?? .null),
            ])
          }
        )
      ),
      (
        "tailPatch",
        .array(
          board.tailPatches.map { result in
            .object([
              ("method", .string(result.method)), ("increase", .number(result.increase?.value)),
              ("low", .number(result.increase?.interval?.lowerBound)),
              ("high", .number(result.increase?.interval?.upperBound)),
              ("gain", .number(result.gain?.value)),
              ("gainLow", .number(result.gain?.interval?.lowerBound)),
              ("gainHigh", .number(result.gain?.interval?.upperBound)),
            ])
          }
        )
      ),
      (
        "decay",
        .array(
          board.decay.map { curve in
            .object([
              ("method", .string(curve.method)),
              ("steps", .array(curve.steps.map { .integer($0) })),
              ("cosine", numbers(curve.cosine)), ("spearman", numbers(curve.spearman)),
            ])
          }
        )
      ),
      ("notes", .strings(board.notes)),
    ])
  }

  private static func row(_ row: Leaderboard.Row) -> JSONValue {
    .object([
      ("method", .string(row.method)), ("access", .string(row.access.rawValue)),
      ("lds", .number(row.lds?.value)), ("low", .number(row.lds?.interval?.lowerBound)),
      ("high", .number(row.lds?.interval?.upperBound)),
      ("further", .number(row.further?.value)),
      ("furtherLow", .number(row.further?.interval?.lowerBound)),
      ("furtherHigh", .number(row.further?.interval?.upperBound)),
      ("behind", .number(row.behind?.value)),
      ("behindLow", .number(row.behind?.interval?.lowerBound)),
      ("behindHigh", .number(row.behind?.interval?.upperBound)), ("ap", .number(row.ap)),
      ("auroc", .number(row.auroc)), ("mislabelled", .number(row.mislabelled)),
      ("trainings", .integer(row.trainings)), ("passes", .number(row.passes)),
      ("seconds", .number(row.seconds)),
    ])
  }

  private static func numbers(_ values: [Double?]) -> JSONValue {
    .array(values.map { .number($0) })
  }
}
