package import Experiment

/// Asks a host what it really supports, before anything is spent on it.
///
/// A method counts only if the host answers it with the right tokens; that it returns 200 is not
/// enough. Lasting faults (a wrong key, no credit, no connection) end the probe as errors.
package struct Probe {
  private var endpoint: ScoringEndpoint
  private let watched: LastReplyHost
  private let model: ServedModel
  private var report = ProbeReport()

  /// Asks a host.
  ///
  /// - Parameters:
  ///   - endpoint: Where to ask.
  ///   - model: The model to ask, open already.
  ///   - samples: Some of the run's own examples; chats are only probed for when they hold any.
  ///   - methods: Methods to try, most exact first; `nil` takes the profile's.
  /// - Returns: What was found.
  /// - Throws: `HostError` for lasting faults, `CancellationError`.
  package static func run(
    _ endpoint: ScoringEndpoint,
    model: ServedModel,
    samples: [Example],
    methods: [ScoringMethod]? = nil
  ) async throws -> ProbeReport {
    var probe = Probe(endpoint, model)
    try await probe.listModels()
    try await probe.pick(from: methods ?? endpoint.profile.methods, samples)
    if let method = probe.report.method {
      try await probe.examine(method, samples)
    }
    return probe.report
  }

  private init(_ endpoint: ScoringEndpoint, _ model: ServedModel) {
    watched = LastReplyHost(endpoint.host)
    self.endpoint = endpoint.asking(watched)
    self.model = model
    // 0 means "without limit" to some servers: 1 is asked first.
    self.endpoint.profile.echoMaxTokens = 1
    claimed = endpoint.profile
  }

  private let claimed: ScoringProfile

  /// The fixed example of a probe with a completion of choice.
  static func example(_ completion: String, isChat: Bool) -> Example {
    let prompt: Prompt =
      isChat
      ? .chat([Message(role: "user", content: "What is the capital of France? One word.")])
      : .text("The capital of France is")
    return Example(
      id: "probe",
      prompt: prompt,
      completion: isChat ? String(completion.drop { $0 == " " }) : completion
    )
  }

  private mutating func note(
    _ name: String,
    _ verdict: ProbeReport.Verdict,
    _ detail: String
  ) {
    report.checks.append(
      ProbeReport.Check(
        name: name,
        verdict: verdict,
        detail: detail,
        evidence: watched.evidence
      )
    )
  }

  /// Carries out a check whose failure is an answer, unless it is a lasting fault.
  private func attempt<Value>(
    _ work: () async throws -> Value
  ) async throws -> Result<Value, HostError> {
    do {
      return .success(try await work())
    } catch let error as HostError {
      if Self.isAnswer(error) { return .failure(error) }
      throw error
    }
  }

  /// Whether an error says that this is not offered, rather than that nothing is.
  static func isAnswer(_ error: HostError) -> Bool {
    let message = error.message.lowercased()
    let isAboutThis = message.contains("logprob") || message.contains("echo")
    return switch error.code {
    case .credentials: isAboutThis
    case .credit, .notRecorded, .configuration: false
    case .unavailable: error.status == 500 || error.status == 501
    default: true
    }
  }

  // MARK: The checks

  private mutating func listModels() async throws {
    let call = Call("GET", "/models", purpose: .read)
    let host = endpoint.host
    switch try await attempt({ try await host.send(call).json(of: call) }) {
    case .failure(let error): note("models", .unclear, "\(error)")
    case .success(let document):
      let models = document["data"]?.array ?? document.array ?? []
      guard let entry = models.first(where: { $0["id"]?.string == model.name }) else {
        note("models", .unclear, "\(models.count) models listed, '\(model.name)' not among them")
        return
      }
      report.context = entry["max_model_len"]?.int ?? entry["context_length"]?.int
      if let end = entry["shutdown_date"]?.string {
        note("models", .yes, "'\(model.name)' is listed and will be shut down on \(end)")
      } else {
        note("models", .yes, "'\(model.name)' is listed among \(models.count)")
      }
    }
  }

  private mutating func pick(from methods: [ScoringMethod], _ samples: [Example]) async throws {
    for method in methods where report.method == nil {
      // A list of first tokens tells nothing of longer completions, the path does.
      if method == .firstToken, methods.contains(.generatedPath), !Self.areShort(samples) {
        note("first-token", .no, "the examples' completions are longer than one token")
        continue
      }
      if try await works(method, samples) { report.method = method }
    }
  }

  /// Whether completions look like single tokens: one word of up to 12 bytes each.
  private static func areShort(_ samples: [Example]) -> Bool {
    samples.allSatisfy {
      $0.completion.utf8.count <= 12 && $0.completion.split(separator: " ").count <= 1
    }
  }

  private mutating func works(
    _ method: ScoringMethod,
    _ samples: [Example]
  ) async throws -> Bool {
    let examples = Self.fixed(for: samples, isChatOnly: claimed.chatOnly == true)
    var tops: [Int?] = [nil]
    if !method.isExact {
      let most = claimed.topLogProbabilities ?? 20
      tops = [most] + [5, 1].filter { $0 < most }
    }
    var last: HostError?
    for top in tops {
      if let top { endpoint.profile.topLogProbabilities = top }
      var endpoint = endpoint
      if method == .echo { endpoint.profile.echoMaxTokens = 1 }
      let model = model
      let asked = endpoint
      let result = try await attempt {
        let reader = try await asked.reader(by: method, of: model)
        return try await Self.readings(reader, examples, samples)
      }
      switch result {
      case .failure(let error): last = error
      case .success(let readings):
        if let unread = readings.first(where: { $0.reading.loss == nil }) {
          note(method.name, .no, unread.reading.source)
          return false
        }
        if !method.isExact { report.topLogProbabilities = top }
        note(method.name, .yes, Self.say(readings))
        return true
      }
    }
    note(method.name, .no, last.map { "\($0)" } ?? "no answer")
    return false
  }

  /// Losses of the fixed examples, or of a sample where what came back was no loss of one of them: a
  /// single text, which a tokeniser may have changed, says nothing about the host.
  private static func readings(
    _ reader: any LossReader,
    _ fixed: [Example],
    _ samples: [Example]
  ) async throws -> [(of: Example, reading: LossReading)] {
    var readings: [(of: Example, reading: LossReading)] = []
    do {
      for example in fixed {
        readings.append(
          (example, try await reader.directReadings(of: [example], ReadingMode(.read))[0])
        )
      }
      return readings
    } catch let error as HostError where error.isOfGoodReply {
      for sample in samples.prefix(2) {
        let reading = try? await reader.directReadings(of: [sample], ReadingMode(.read))[0]
        if let reading, reading.loss != nil { return [(sample, reading)] }
      }
      throw error
    }
  }

  /// The fixed examples of the kinds that the samples have.
  private static func fixed(for samples: [Example], isChatOnly: Bool) -> [Example] {
    let chats = samples.count { if case .chat = $0.prompt { true } else { false } }
    var examples: [Example] = []
    if chats < samples.count || (samples.isEmpty && !isChatOnly) {
      examples.append(example(" Paris", isChat: false))
    }
    if chats > 0 || (samples.isEmpty && isChatOnly) {
      examples.append(example(" Paris", isChat: true))
    }
    return examples
  }

  private static func say(_ readings: [(of: Example, reading: LossReading)]) -> String {
    readings.map { example, reading in
      let text = example.id == "probe" ? "' Paris'" : "'\(example.id)'"
      return switch reading.loss {
      case .measured(let sum): "\(text) costs \(sum) nats over \(reading.tokens) tokens"
      case .censored(let bound): "\(text) costs at least \(bound) nats"
      case nil: reading.source
      }
    }.joined(separator: "; ")
  }
}

extension Probe {
  /// Looks closer at the method that was picked.
  private mutating func examine(_ method: ScoringMethod, _ samples: [Example]) async throws {
    let example = Self.fixed(for: samples, isChatOnly: claimed.chatOnly == true)[0]
    let isChat = if case .chat = example.prompt { true } else { false }
    let model = model
    func loss(_ endpoint: ScoringEndpoint, _ examples: [Example]) async throws -> [Double?] {
      let reader = try await endpoint.reader(by: method, of: model)
      return try await reader.directReadings(of: examples, ReadingMode(.read)).map(\.loss?.value)
    }

    if method == .echo, claimed.echoMaxTokens == 0 {
      var without = endpoint
      without.profile.echoMaxTokens = 0
      let asked = without
      if case .success(let values) = try await attempt({ try await loss(asked, [example]) }),
        values.first.flatMap({ $0 }) != nil
      {
        endpoint = without
        note("max_tokens 0", .yes, "returns the prompt alone")
      } else {
        note("max_tokens 0", .no, "one token must be generated and dropped")
      }
    }
    report.echoMaxTokens = method == .echo ? endpoint.profile.echoMaxTokens : nil

    let asked = endpoint
    let twice = try await attempt {
      (try await loss(asked, [example]), try await loss(asked, [example]))
    }
    guard case .success((let first, let second)) = twice, let once = first[0],
      let again = second[0]
    else {
      note("repeat", .unclear, "the loss could not be read again")
      return
    }
    let noise = abs(once - again)
    report.noise = noise
    note("repeat", noise < 0.05 ? .yes : .unclear, "two readings differ by \(noise) nats")

    var warm = endpoint
    warm.temperature = 1
    let warmed = warm
    switch try await attempt({ try await loss(warmed, [example]) }) {
    case .success(let values):
      let effect = values[0].map { abs($0 - once) } ?? .infinity
      if effect.isInfinite || !method.isExact && method != .firstToken {
        note("raw log-probabilities", .unclear, "temperature 1 gave no loss to compare")
      } else {
        note(
          "raw log-probabilities",
          effect <= max(0.05, 3 * noise) ? .yes : .no,
          "temperature 1 moves the loss by \(effect) nats"
        )
      }
    case .failure(let error): note("raw log-probabilities", .unclear, "\(error)")
    }

    try await examineLists(method, example, isChat: isChat, once, noise)

    let other = Self.example(" xylophone", isChat: isChat)
    switch try await attempt({ try await loss(asked, [other]) }) {
    case .success(let values):
      let far = values[0]
      note(
        "identity",
        far.map { $0 > once } == true ? .yes : .unclear,
        "' xylophone' costs \(far.map { "\($0)" } ?? "nothing readable"), ' Paris' \(once)"
      )
    case .failure(let error): note("identity", .unclear, "\(error)")
    }

    switch try await attempt({
      var readings: [LossReading] = []
      let reader = try await asked.reader(by: method, of: model)
      for sample in samples.prefix(8) {
        readings += try await reader.read([sample], ReadingMode(.read))
      }
      return readings
    }) {
    case .success(let readings) where !readings.isEmpty:
      let lost = readings.filter { $0.loss == nil }
      let known = readings.count { if case .measured = $0.loss { true } else { false } }
      note(
        "examples",
        lost.isEmpty ? .yes : .unclear,
        "\(known) of \(readings.count) measured, \(readings.count - known - lost.count) censored"
          + (lost.first.map { ", \(lost.count) missing (\($0.source))" } ?? "")
      )
    case .success: break
    case .failure(let error): note("examples", .no, "\(error)")
    }
  }

  private mutating func examineLists(
    _ method: ScoringMethod,
    _ example: Example,
    isChat: Bool,
    _ once: Double,
    _ noise: Double
  ) async throws {
    guard method.takesLists, claimed.batch > 1 else { return }
    let asked = endpoint
    let model = model
    let other = Self.example(" xylophone", isChat: isChat)
    let result = try await attempt {
      let reader = try await asked.reader(by: method, of: model)
      let alone = try await reader.directReadings(of: [other], ReadingMode(.read)).first?.loss?
        .value
      let both = try await reader.directReadings(of: [other, example], ReadingMode(.read))
        .map(\.loss?.value)
      return (alone, both)
    }
    switch result {
    case .failure(let error): note("lists of prompts", .no, "\(error)")
    case .success((let alone, let both)):
      // Batches are computed by other kernels: bf16 moves the third decimal.
      let tolerance = max(0.05, 3 * noise)
      if let alone, let first = both[0], let second = both[1],
        abs(first - alone) <= tolerance, abs(second - once) <= tolerance
      {
        report.batch = claimed.batch
        note("lists of prompts", .yes, "two prompts at once cost what they cost alone")
      } else {
        note("lists of prompts", .no, "two prompts at once do not cost what they cost alone")
      }
    }
  }
}
