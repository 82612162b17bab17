package import Experiment

extension Convergence {
  /// How far scores have settled, in one line.
  package var line: String { "'\(behaviour)' with \(Numerals.count(models, "model")): \(words)" }

  /// The same without behaviour and models, and what more models would give.
  var words: String {
    var rows =
      switch above {
      case nil: "no chance line"
      case 0: "no row above chance"
      case .some(let above): "\(Numerals.count(above, "row")) above chance"
      }
    if above ?? 0 > 0 { rows += ", which stay the best in \(Numerals.percent(stability)) of draws" }
    var parts = [rows]
    if let reliability {
      let before = curve.dropLast().map { "\(Numerals.fixed($0.reliability, 2)) with \($0.models)" }
      parts.append(
        "reliability \(Numerals.fixed(reliability, 2))"
          + (before.isEmpty ? "" : " (\(before.joined(separator: ", ")))")
      )
    }
    return parts.joined(separator: "; ")
  }

  /// What more models are expected to give.
  ///
  /// - Parameter price: US dollars of one model; `nil` where unknown.
  /// - Returns: A clause; `nil` where nothing is expected.
  func prospect(price: Double?) -> String? {
    guard !expected.isEmpty else { return nil }
    let points = expected.map { point in
      let more = point.models - models
      let dollars = price.map { ", about $\(Numerals.fixed($0 * Double(more), 2))" } ?? ""
      return "\(Numerals.count(more, "further model")) → \(Numerals.fixed(point.reliability, 2))"
        + dollars
    }
    return points.joined(separator: "; ")
  }
}

extension Records {
  /// One behaviour's convergence, as `status --json` lists it.
  static func convergence(_ behaviour: Convergence) -> JSONValue {
    func points(_ points: [Convergence.Point]) -> JSONValue {
      .array(
        points.map {
          .object([("models", .integer($0.models)), ("reliability", .number($0.reliability))])
        }
      )
    }
    return .object([
      ("behaviour", .string(behaviour.behaviour)), ("models", .integer(behaviour.models)),
      ("above", behaviour.above.map(JSONValue.integer) ?? .null),
      ("stability", .number(behaviour.stability)), ("curve", points(behaviour.curve)),
      ("expected", points(behaviour.expected)),
    ])
  }
}
