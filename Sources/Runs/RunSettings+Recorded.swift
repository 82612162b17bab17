internal import Attribution
internal import Experiment
internal import FoundationEssentials

/// Settings as a store keeps them: JSON whose keys stand here and nowhere else, so that renaming a property
/// loses no run.
extension RunSettings: Codable {
  private enum Key: String, CodingKey {
    case name, provider, models, subset, start, seed, weighted, hyperparameters
    case targetHyperparameters, parallelJobs, target, base, repeats, keepsCheckpoints, prompts
    case candidates, mirror, removal
  }

  /// Reads recorded settings.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    self.init(
      name: try values.decode(String.self, forKey: .name),
      provider: try values.decode(String.self, forKey: .provider),
      models: try values.decode(Int.self, forKey: .models),
      subset: try values.decode(SubsetSize.self, forKey: .subset),
      start: try values.decode(Start.self, forKey: .start),
      seed: try values.decode(UInt64.self, forKey: .seed),
      weighted: try values.decode(Bool.self, forKey: .weighted),
      repeats: try values.decode(Repeats.self, forKey: .repeats),
      hyperparameters: try values.decode(Hyperparameters.self, forKey: .hyperparameters),
      targetHyperparameters: try values.decode(
        Hyperparameters.self,
        forKey: .targetHyperparameters
      ),
      parallelJobs: try values.decode(Int.self, forKey: .parallelJobs),
      target: try values.decodeIfPresent(ModelReference.self, forKey: .target),
      base: try values.decodeIfPresent(ModelReference.self, forKey: .base),
      keepsCheckpoints: try values.decode(Bool.self, forKey: .keepsCheckpoints),
      perturbation: try Self.perturbation(values),
      candidates: try values.decodeIfPresent(Candidates.self, forKey: .candidates)
    )
  }

  private static func perturbation(
    _ values: KeyedDecodingContainer<Key>
  ) throws -> Perturbation {
    if let prompts = try values.decodeIfPresent(PromptPerturbation.self, forKey: .prompts) {
      return .prompt(prompts)
    }
    if let mirror = try values.decodeIfPresent(MirrorPerturbation.self, forKey: .mirror) {
      return .mirror(mirror)
    }
    return try values.decodeIfPresent(Bool.self, forKey: .removal) == true ? .removal : .finetune
  }

  /// Writes settings for the record.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(name, forKey: .name)
    try values.encode(provider, forKey: .provider)
    try values.encode(models, forKey: .models)
    try values.encode(subset, forKey: .subset)
    try values.encode(start, forKey: .start)
    try values.encode(seed, forKey: .seed)
    try values.encode(weighted, forKey: .weighted)
    try values.encode(hyperparameters, forKey: .hyperparameters)
    try values.encode(targetHyperparameters, forKey: .targetHyperparameters)
    try values.encode(parallelJobs, forKey: .parallelJobs)
    try values.encodeIfPresent(target, forKey: .target)
    try values.encodeIfPresent(base, forKey: .base)
    try values.encode(repeats, forKey: .repeats)
    try values.encode(keepsCheckpoints, forKey: .keepsCheckpoints)
    switch perturbation {
    case .finetune: break
    case .prompt(let prompts): try values.encode(prompts, forKey: .prompts)
    case .mirror(let mirror): try values.encode(mirror, forKey: .mirror)
    case .removal: try values.encode(true, forKey: .removal)
    }
    try values.encodeIfPresent(candidates, forKey: .candidates)
  }

  /// Reads settings as a store keeps them; `nil` when they cannot be understood.
  init?(recorded text: String) {
    guard let read = try? JSONDecoder().decode(RunSettings.self, from: Data(text.utf8)) else {
      return nil
    }
    self = read
  }

  /// The settings as a store keeps them; `nil` when a number is not finite.
  var recorded: String? {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) }
  }
}

extension RunSettings.Repeats: Codable {
  private enum Key: String, CodingKey {
    case train, queries, models
  }

  /// Reads recorded counts.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    train = try values.decode(Int.self, forKey: .train)
    queries = try values.decode(Int.self, forKey: .queries)
    models = try values.decodeIfPresent(Int.self, forKey: .models)
  }

  /// Writes counts for the record.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(train, forKey: .train)
    try values.encode(queries, forKey: .queries)
    try values.encodeIfPresent(models, forKey: .models)
  }
}

extension RunSettings.SubsetSize: Codable {
  private enum Key: String, CodingKey {
    case ratio, size
  }
  private enum Value: String, CodingKey {
    case only = "_0"
  }

  /// Reads a recorded size.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    if values.contains(.ratio) {
      let part = try values.nestedContainer(keyedBy: Value.self, forKey: .ratio)
      self = .ratio(try part.decode(Double.self, forKey: .only))
    } else {
      let part = try values.nestedContainer(keyedBy: Value.self, forKey: .size)
      self = .size(try part.decode(Int.self, forKey: .only))
    }
  }

  /// Writes a size for the record.
  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    switch self {
    case .ratio(let ratio):
      var part = values.nestedContainer(keyedBy: Value.self, forKey: .ratio)
      try part.encode(ratio, forKey: .only)
    case .size(let size):
      var part = values.nestedContainer(keyedBy: Value.self, forKey: .size)
      try part.encode(size, forKey: .only)
    }
  }
}
