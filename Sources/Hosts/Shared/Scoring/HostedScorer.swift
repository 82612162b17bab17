public import Experiment
import Synchronization

/// Reads losses under models that a host serves.
public final class HostedScorer: Scorer {
  /// What it can do, by its method and the host's profile.
  public let scorerCapabilities: ScorerCapabilities
  /// How losses are read.
  package let method: ScoringMethod
  /// Where replies come in.
  public var executor: (any TaskExecutor)? { endpoint.host.executor }

  private let endpoint: ScoringEndpoint
  private let serving: any Serving
  private let state = Mutex(State())

  private struct State {
    var opened: [ModelReference?: (reader: any LossReader, control: SharedAnswer)] = [:]
    /// A row that was read in this session.
    var good: Example?
    /// Whether the host answers lists of prompts; `nil` until one was asked for.
    var answersLists: Bool?
  }

  /// Creates a scorer that reads losses by a method taken on trust.
  ///
  /// - Parameters:
  ///   - endpoint: Where to ask.
  ///   - serving: How models become askable.
  ///   - method: The method; `resolve` finds one that works.
  ///   - concurrency: Calls at once.
  ///   - context: Most tokens of an example; `nil` takes the profile's.
  package init(
    endpoint: ScoringEndpoint,
    serving: any Serving,
    method: ScoringMethod,
    concurrency: Int = 1,
    context: Int? = nil
  ) {
    self.endpoint = endpoint
    self.serving = serving
    self.method = method
    scorerCapabilities = ScorerCapabilities(
      exact: method.isExact,
      batch: method.takesLists ? max(1, endpoint.profile.batch) : 1,
      concurrency: max(1, concurrency),
      modelsAtOnce: serving.modelsAtOnce,
      method: method.name,
      context: context ?? endpoint.profile.context
    )
  }

  /// Makes a model askable and waits until it answers.
  ///
  /// A host may say "no such model" or "unavailable" for a while after a model was made; how long is
  /// the profile's to say.
  /// - Parameter model: The model; `nil` is the base.
  /// - Throws: `HostError` when it does not answer; `CancellationError`.
  public func open(_ model: ModelReference?) async throws {
    if state.withLock({ $0.opened[model] != nil }) { return }
    do {
      let served = try await serving.open(model)
      let reader = try await ready(served)
      state.withLock { $0.opened[model] = (reader, SharedAnswer()) }
    } catch {
      await serving.close(model)
      throw error
    }
  }

  /// Reads losses of examples under an opened model.
  ///
  /// - Parameters:
  ///   - examples: What to read, at most `scorerCapabilities.batch` of them.
  ///   - model: The model; `nil` is the base.
  ///   - round: 1, or 2 to tell the noise.
  /// - Returns: One loss an example; `missing` with the reason.
  /// - Throws: `HostError` when no example can be read; `CancellationError`.
  public func read(
    _ examples: [Example],
    under model: ModelReference?,
    round: Int
  ) async throws -> [LossReading] {
    let (opened, good, answersLists) = state.withLock {
      ($0.opened[model], $0.good, $0.answersLists)
    }
    guard let (reader, control) = opened else {
      throw HostError(
        .refused,
        "model '\(model?.name ?? "base")' was not opened before reading losses"
      )
    }
    var rowReading = RowReading(
      reader,
      ReadingMode(.score, round: round),
      knowing: good,
      control: control
    )
    let isList = examples.count > 1
    let readings =
      isList && answersLists == false
      ? try await rowReading.readApart(of: examples)
      : try await rowReading.readings(of: examples)
    if good == nil || isList && answersLists == nil {
      let read = zip(examples, readings).first { $0.1.loss != nil }?.0
      state.withLock { state in
        state.good = state.good ?? read
        // A host that answered one list answers lists.
        if isList, state.answersLists != true { state.answersLists = rowReading.listFault == nil }
      }
    }
    return readings
  }

  /// Gives back what `open` took.
  public func close(_ model: ModelReference?) async {
    state.withLock { _ = $0.opened.removeValue(forKey: model) }
    await serving.close(model)
  }

  /// Tokens one example takes: counted once the server's tokeniser was asked for it, before that
  /// estimated at four bytes a token and one more.
  public func tokens(in example: Example) -> Int {
    if let text = endpoint.tokenizer?.known(example) { return text.all.count }
    return example.size / 4 + 1
  }

  /// One request an example, or one a token of its completion where those are walked.
  public func requests(for example: Example) -> Int {
    guard method.asksPerToken else { return 1 }
    return endpoint.tokenizer?.known(example)?.target.count ?? example.completion.utf8.count / 4 + 1
  }

  private func ready(_ served: ServedModel) async throws -> any LossReader {
    var patience = endpoint.profile.readinessSeconds ?? 0
    var pause = 2
    let waiting = Waiting(for: "model '\(served.name)' at \(endpoint.host.name)")
    defer { waiting.end() }
    while true {
      do {
        let reader = try await endpoint.reader(by: method, of: served)
        if endpoint.profile.readinessSeconds != nil {
          _ = try await reader.directReadings(
            of: [Self.greeting(for: endpoint)],
            ReadingMode(.read)
          )
        }
        return reader
      } catch let error as HostError where error.isNotYet && patience > 0 {
        let wait = min(pause, patience)
        waiting.tell(error.message, pause: .seconds(wait))
        try await endpoint.host.wait(.seconds(wait))
        patience -= wait
        pause = min(pause * 2, 30)
      }
    }
  }

  private static func greeting(for endpoint: ScoringEndpoint) -> Example {
    Probe.example(" Paris", isChat: endpoint.profile.chatOnly == true)
  }
}

extension HostError {
  /// Whether it may mean that a model just made is not served yet.
  fileprivate var isNotYet: Bool {
    switch code {
    case .notFound, .unavailable: true
    case .refused: message.lowercased().contains("model")
    default: false
    }
  }
}
