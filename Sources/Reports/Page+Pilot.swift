package import Experiment
import Terminal

extension Page {
  /// What a pilot says, and what it advises.
  ///
  /// - Parameters:
  ///   - pilot: What the models say.
  ///   - plan: The plan of the run that they advise; `nil` where no number of models would do.
  package init(_ pilot: Pilot, plan: RunPlan?) {
    let advice = pilot.advice
    let noise = pilot.noise.map(Numerals.percent) ?? "unknown: the models do not differ"
    var notes = [
      Note(
        "noise",
        "\(noise) of what models differ by is the seed's, not the data's",
        (pilot.noise ?? 1) > 0.5 ? .warning : .plain
      )
    ]
    notes += pilot.behaviours.map { behaviour in
      func rate(_ shown: Verdict.Shown) -> String {
        "\(Numerals.percent(shown.rate)) (NLL \(Numerals.fixed(shown.nll, 2)))"
      }
      var text =
        "p = \(rate(behaviour.models)) under models, \(rate(behaviour.target)) under the target"
      if let base = behaviour.base { text += ", \(rate(base)) under the base" }
      if let strength = behaviour.strength {
        text +=
          "; \(Numerals.percent(pilot.subsetRatio)) of the rows show \(Numerals.percent(strength)) of it, "
          + "\(Numerals.fixed(strength / pilot.subsetRatio, 1)) times what a linear response would"
      }
      return Note("'\(behaviour.name)'", text)
    }
    if let seconds = pilot.seconds {
      notes.append(Note("time", "\(ProgressLine.readable(.seconds(seconds))) a model"))
    }
    let models = advice.models.map { Numerals.count($0, "model") }
    notes.append(
      Note(
        "advice",
        models.map {
          "\($0) of \(Numerals.percent(advice.subsetRatio)) of the rows each, from the "
            + "\(advice.start.rawValue), estimator \(advice.estimator)"
        }
          ?? "no number of models tells rows apart at this noise: train longer, or on more rows each",
        models == nil ? .warning : .strong
      )
    )
    if advice.start == .target {
      notes.append(
        Note("ratio", "from the target the queries do not tell whether subsets have the right size")
      )
    }
    if let plan {
      notes.append(
        Note("price", Self.dollars(plan.dollars) + " for all of them, the pilot's two included")
      )
    }
    self.init([.heading([Span("Pilot", .strong), Span(" (3 models)", .faint)]), .notes(notes)])
  }
}

extension Records {
  /// `run --pilot --json`.
  ///
  /// - Parameters:
  ///   - pilot: What the models say.
  ///   - plan: The plan of the run that they advise; `nil` where no number of models would do.
  /// - Returns: The record.
  package static func pilot(_ pilot: Pilot, plan: RunPlan?) -> JSONValue {
    func shown(_ shown: Verdict.Shown) -> JSONValue {
      .object([("nll", .number(shown.nll)), ("rate", .number(shown.rate))])
    }
    return .object([
      ("schema", .integer(schema)), ("noise", .number(pilot.noise)),
      ("subsetRatio", .number(pilot.subsetRatio)), ("secondsPerModel", .number(pilot.seconds)),
      (
        "behaviours",
        .array(
          pilot.behaviours.map {
            .object([
              ("name", .string($0.name)), ("base", $0.base.map(shown) ?? .null),
              ("models", shown($0.models)), ("target", shown($0.target)),
              ("strength", .number($0.strength)),
            ])
          }
        )
      ),
      (
        "advice",
        .object([
          ("models", pilot.advice.models.map(JSONValue.integer) ?? .null),
          ("subsetRatio", .number(pilot.advice.subsetRatio)),
          ("start", .string(pilot.advice.start.rawValue)),
          ("estimator", .string(pilot.advice.estimator)),
          ("dollars", .number(plan?.dollars)),
        ])
      ),
    ])
  }
}
