import Dispatch
import Experiment
import FoundationEssentials
import ReferenceModels

/// Reads and continues texts under the models, a few at a time.
final class ModelService: Sendable {
  /// Tokens added to a text.
  struct Continuation {
    let readings: [TokenReading]
    let text: TokenText
    /// The text up to the stop that was met.
    let shown: String
    /// `stop` or `length`.
    let reason: String
  }

  let provider: ReferenceProvider
  private let jobs: TrainingJobs
  private let faults: FaultPlan
  private let log: SandboxLog
  /// Passes side by side: each needs memory of its own, and more than there are cores gain nothing.
  private let places: DispatchSemaphore

  init(provider: ReferenceProvider, jobs: TrainingJobs, faults: FaultPlan, log: SandboxLog) {
    self.provider = provider
    self.jobs = jobs
    self.faults = faults
    self.log = log
    places = DispatchSemaphore(value: max(1, ProcessInfo.processInfo.activeProcessorCount))
  }

  /// The model of that name; `nil` is the base.
  func model(_ name: String) throws(APIError) -> ModelReference? {
    let model = try jobs.model(name)
    if faults.misses(model: name) {
      log.record(fault: SandboxFaults.Kind.missingModel.rawValue)
      throw .unknownModel(name)
    }
    return model
  }

  /// Refuses what does not fit into the context.
  func check(_ tokens: Int, adding limit: Int, parameter: String) throws(APIError) {
    guard tokens + limit > provider.context else { return }
    throw .invalid(
      parameter,
      "This model's maximum context length is \(provider.context) tokens. However, you requested "
        + "\(tokens + limit) tokens (\(tokens) in the prompt, \(limit) in the completion). "
        + "Please reduce the length of the prompt or completion.",
      code: "context_length_exceeded"
    )
  }

  /// What a model says of every token but the first.
  func readings(
    of tokens: [Int32],
    under model: ModelReference?,
    top: Int
  ) throws -> [TokenReading] {
    places.wait()
    defer { places.signal() }
    return try provider.readings(of: tokens, under: model, top: top)
  }

  /// A model's embedding of a text.
  func embedding(of tokens: [Int32], under model: ModelReference?) throws -> [Float] {
    places.wait()
    defer { places.signal() }
    return try provider.embedding(of: tokens, under: model)
  }

  /// Continues a text until a stop, the end token or the limit.
  func continuation(
    of tokens: [Int32],
    under model: ModelReference?,
    limit: Int,
    top: Int,
    from offset: Int,
    _ request: SamplingRequest
  ) throws -> Continuation {
    var text = TokenText(provider, from: offset)
    guard limit > 0 else {
      return Continuation(readings: [], text: text, shown: "", reason: "length")
    }
    places.wait()
    defer { places.signal() }
    let stops = request.stop?.texts ?? []
    var shown: String?
    var readings = try provider.generate(
      after: tokens,
      under: model,
      limit: limit,
      temperature: request.temperature ?? 1,
      seed: UInt64(bitPattern: Int64(request.seed ?? Int.random(in: 0...Int.max))),
      top: top
    ) { reading in
      text.append(reading.chosen.token)
      let all = stops.isEmpty ? "" : text.text
      let ends = stops.compactMap { all.firstRange(of: $0)?.lowerBound }
      shown = ends.min().map { String(all[..<$0]) }
      return shown != nil
    }
    text.close()
    let isEnded = readings.last?.chosen.token == ReferenceProvider.endToken
    if isEnded { readings.removeLast() }
    return Continuation(
      readings: readings,
      text: text,
      shown: shown ?? text.text,
      reason: isEnded || shown != nil ? "stop" : "length"
    )
  }
}
