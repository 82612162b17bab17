import Attribution

extension RunConfiguration {
  /// The steps on the queries; `nil` for other models.
  static func mirror(_ part: ConfigurationReader) throws(ConfigurationError) -> Mirror? {
    guard try part.choice("kind", PerturbationKind.self) == .mirror else {
      for key in ["seeds", "direction", "hyperparameters"] where part.has(key) {
        let hint =
          key == "hyperparameters"
          ? "those of fine-tunes on rows stand in 'trainer.hyperparameters'" : nil
        throw part.fault(.conflict, key, "is only for kind: \"mirror\"", hint: hint)
      }
      return nil
    }
    let known = ["kind", "seeds", "direction", "start", "hyperparameters", "seed"]
    if let odd = part.keys.first(where: { part.has($0) && !known.contains($0) }) {
      throw part.fault(
        .conflict,
        odd,
        "means nothing for kind: \"mirror\": each model is a step on the queries of one tag",
        hint: odd == "models" ? "say how many steps a behaviour gets: seeds: 3" : "leave it out"
      )
    }
    var mirror = Mirror()
    mirror.seeds = try part.whole("seeds") ?? mirror.seeds
    mirror.direction = try part.choice("direction", MirrorPerturbation.Direction.self)
    mirror.hyperparameters = try hyperparameters(part)
    return mirror
  }
}
