import Experiment
import Runs

extension Records {
  /// Longest text of an example in a report's data; the whole of it is in the store.
  private static let textLimit = 200

  /// What a report holds of one run, for programs.
  static func report(_ report: RunReport) -> JSONValue {
    .object([
      ("store", .string(report.store)), ("run", .string(report.name)),
      ("program", .string(report.program)), ("created", .string(Wait.time(report.created))),
      ("redacted", .bool(report.isRedacted)), ("method", .string(report.method)),
      (
        "settings",
        .object(report.settings.table.map { ($0.name, .string($0.words)) })
      ), ("status", status(report.status)),
      ("behaviours", .array(report.behaviours.map(behaviour))),
      (
        "verdicts",
        .array(
          report.verdicts.map {
            .object([
              ("behaviour", .string($0.behaviour)),
              (
                "verdict",
                verdict(
                  $0.verdict,
                  corpus: report.corpus,
                  planned: $0.planned,
                  dollars: $0.dollars
                )
              ),
            ])
          }
        )
      ),
      ("jobs", .array(report.jobs.map(job))),
    ])
  }

  private static func behaviour(_ behaviour: BehaviourReport) -> JSONValue {
    .object([
      ("behaviour", .string(behaviour.name)), ("problem", .string(behaviour.problem)),
      ("group", behaviour.group.map(short) ?? .null),
      ("singles", .array(behaviour.singles.map(shortest))),
      (
        "textRanks",
        .object(
          behaviour.textRanks.sorted { $0.key < $1.key }.map {
            ($0.key, .array($0.value.map { $0.map { .integer($0) } ?? .null }))
          }
        )
      ),
      (
        "distribution",
        behaviour.distribution.map {
          .object([
            ("low", .number($0.low)), ("high", .number($0.high)),
            ("counts", .array($0.counts.map { .integer($0) })),
          ])
        } ?? .null
      ), ("convergence", behaviour.convergence.map(convergence) ?? .null),
    ])
  }

  private static func short(_ list: QueryFindings) -> JSONValue {
    findings(
      list.redacted { id in
        let text = list.examples.first { $0.id.isSame(as: id) }?.text ?? list.text ?? ""
        let beginning = text.prefix(textLimit)
        return beginning.endIndex < text.endIndex ? beginning + "…" : text
      }
    )
  }

  /// A single query's list without texts.
  private static func shortest(_ list: QueryFindings) -> JSONValue {
    .object([
      ("query", .string(list.query)), ("estimator", .string(list.estimator)),
      ("chance", chance(list.chance.line)),
      (
        "examples",
        .array(
          list.examples.map {
            .object([
              ("rank", .integer($0.rank)), ("id", .string($0.id)), ("score", .number($0.score)),
            ])
          }
        )
      ),
    ])
  }

  private static func job(_ job: RunReport.Job) -> JSONValue {
    .object([
      ("name", .string(job.name)), ("status", .string(job.status.rawValue)),
      ("started", .number(job.started)), ("ended", .number(job.ended)),
      ("error", .string(job.error)),
    ])
  }
}
