package import Experiment
package import Hosts

extension Records {
  /// `probe --json`.
  package static func probe(_ report: ProbeReport, host: String) -> JSONValue {
    let checks = report.checks.map {
      JSONValue.object([
        ("name", .string($0.name)), ("verdict", .string($0.verdict.rawValue)),
        ("detail", .string($0.detail)), ("evidence", .string($0.evidence)),
      ])
    }
    return .object([
      ("schema", .integer(schema)), ("host", .string(host)), ("checks", .array(checks)),
      ("method", .string(report.method?.name)), ("batch", .integer(report.batch)),
      ("context", .integer(report.context)), ("noise", .number(report.noise)),
    ])
  }

  /// One line of `clean --json`; what is left over has a reason.
  package static func cleaned(_ resource: RemoteResource, leftover: String?) -> JSONValue {
    .object([
      ("schema", .integer(schema)), ("kind", .string(resource.kind.rawValue)),
      ("id", .string(resource.id)),
      ("host", .string(resource.host)), ("deleted", .bool(leftover == nil)),
      ("reason", .string(leftover)),
    ])
  }
}
