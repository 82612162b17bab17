package import Experiment

extension Records {
  /// `compare --json`.
  package static func comparison(_ comparison: RunComparison) -> JSONValue {
    .object([
      ("schema", .integer(schema)), ("tag", .string(comparison.tag)),
      ("against", .string(comparison.against)), ("queries", .integer(comparison.queries)),
      ("grouped", .bool(comparison.grouped)), ("prevalence", .number(comparison.prevalence)),
      ("sign", .string(sign)), ("contenders", .array(comparison.contenders.map(contender))),
      ("notes", .strings(comparison.notes)),
    ])
  }

  /// A difference is to the first contender; where its interval holds 0, `shown` is false.
  private static func contender(_ contender: RunComparison.Contender) -> JSONValue {
    .object(
      [
        JSONValue.Member("run", .string(contender.run)),
        JSONValue.Member("estimator", .string(contender.estimator)),
        JSONValue.Member("view", .string(contender.view.rawValue)),
        JSONValue.Member("jobs", .integer(contender.cost.jobs)),
        JSONValue.Member("jobsRead", .integer(contender.cost.read)),
        JSONValue.Member("rowsTrained", .integer(contender.cost.rows)),
        JSONValue.Member("dollars", .number(contender.cost.dollars)),
      ]
        + RunComparison.Measure.allCases.map { measure in
          JSONValue.Member(measure.rawValue, .number(contender.figures[measure]?.value))
        }
        + [
          JSONValue.Member("sharedTop", .array(contender.shared.map { .number($0) })),
          JSONValue.Member(
            "differences",
            .object(
              RunComparison.Measure.allCases.compactMap { measure in
                contender.figures[measure]?.difference.map {
                  JSONValue.Member(measure.rawValue, difference($0))
                }
              }
            )
          ),
        ]
    )
  }

  private static func difference(_ difference: RunComparison.Difference) -> JSONValue {
    .object([
      ("value", .number(difference.value)), ("low", .number(difference.interval?.lowerBound)),
      ("high", .number(difference.interval?.upperBound)),
      ("shown", difference.interval == nil ? .null : .bool(difference.isShown)),
    ])
  }
}
