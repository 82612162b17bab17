package import Experiment
import Synchronization

/// Why one row of an answered request has no loss.
package struct RowFault: Error {
  /// The fault as the host's, should other rows have it, too.
  let error: HostError
  /// Why the row is missing should it be the row's alone.
  let reason: String

  init(_ error: HostError, reason: String? = nil) {
    self.error = error
    let kind =
      switch error.code {
      case .contextLength: "context overflow: "
      case .moderation: "refused by moderation: "
      default: ""
      }
    // Not the request's id: equal reasons are counted.
    self.reason = reason ?? kind + error.message
  }
}

/// What one row of a request came to: a loss, which may be missing, or a fault to be looked into.
package typealias RowAnswer = Result<LossReading, RowFault>

/// A question to a host that readings side by side ask once for all of them.
final class SharedAnswer: Sendable {
  private let current = Mutex<Task<HostError?, any Error>?>(nil)

  /// The answer, from whoever asks first.
  ///
  /// - Throws: What it threw; `CancellationError`.
  func answer(
    _ ask: @escaping @Sendable () async throws -> HostError?
  ) async throws -> HostError? {
    let (task, isOwn) = current.withLock { current in
      if let current { return (current, false) }
      let task = Task { try await ask() }
      current = task
      return (task, true)
    }
    defer { if isOwn { current.withLock { $0 = nil } } }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }
}

/// Reads losses of rows whatever one of them does to a request, and ends where all would fail.
struct RowReading {
  private let reader: any LossReader
  private let mode: ReadingMode
  private let good: Example?
  private let control: SharedAnswer
  /// Why a list of rows was not read as one although each of them was; `nil` when it was.
  private(set) var listFault: HostError?

  init(
    _ reader: any LossReader,
    _ mode: ReadingMode,
    knowing good: Example?,
    control: SharedAnswer = SharedAnswer()
  ) {
    self.control = control
    self.reader = reader
    self.mode = mode
    self.good = good
  }

  /// Reads losses of rows by one request where that is possible.
  ///
  /// - Returns: One loss a row, in order.
  /// - Throws: `HostError` when no row could be read; `CancellationError`.
  mutating func readings(of examples: [Example]) async throws -> [LossReading] {
    if examples.isEmpty { return [] }
    do {
      return try await settled(try await reader.ask(examples, mode), examples)
    } catch let error as HostError {
      return try await settle(examples, RowFault(error))
    }
  }

  /// Reads losses of rows by a request each.
  mutating func readApart(of examples: [Example]) async throws -> [LossReading] {
    var readings: [LossReading] = []
    for example in examples { readings += try await self.readings(of: [example]) }
    return readings
  }

  private mutating func settled(
    _ answers: [RowAnswer],
    _ examples: [Example]
  ) async throws -> [LossReading] {
    var readings: [LossReading] = []
    readings.reserveCapacity(answers.count)
    for (answer, example) in zip(answers, examples) {
      switch answer {
      case .success(let reading): readings.append(reading)
      case .failure(let fault): readings += try await settle([example], fault)
      }
    }
    return readings
  }

  private mutating func settle(_ examples: [Example], _ fault: RowFault) async throws
    -> [LossReading]
  {
    var inquiry = FaultInquiry(rows: examples.count)
    var fault = fault
    while true {
      var step = inquiry.failed(fault.error)
      if step == .control { step = inquiry.control(failed: try await control(for: examples[0])) }
      switch step {
      case .again(let isFresh):
        do {
          let purpose = isFresh ? .read : mode.purpose
          let answers = try await reader.ask(
            examples,
            ReadingMode(purpose, round: mode.round)
          )
          guard examples.count == 1, case .failure(let next) = answers[0] else {
            return try await settled(answers, examples)
          }
          fault = next
        } catch let error as HostError {
          fault = RowFault(error)
        }
      case .apart:
        let readings = try await readApart(of: examples)
        let isSound = fault.error.code != .unavailable && readings.allSatisfy { $0.loss != nil }
        if isSound { listFault = fault.error }
        return readings
      case .missing: return [reader.missing(fault.reason)]
      case .all(let error): throw error
      case .control: throw fault.error
      }
    }
  }

  /// Asks for rows that are known to be good until one is answered; why none was.
  private func control(for example: Example) async throws -> HostError? {
    let isChat = if case .chat = example.prompt { true } else { false }
    let (reader, rows) = (reader, [Probe.example(" Paris", isChat: isChat), good])
    return try await control.answer {
      var first: HostError?
      for row in rows.compactMap(\.self) {
        do {
          if case .failure(let fault) = try await reader.ask([row], ReadingMode(.read))[0] {
            throw fault.error
          }
          return nil
        } catch let error as HostError {
          first = first ?? error
        }
      }
      return first
    }
  }
}

extension LossReader {
  /// Reads losses of examples, at most as many as a request may hold.
  ///
  /// - Returns: One loss an example, in order; `missing` where this one could not be measured.
  /// - Throws: `HostError` when no example could be; `CancellationError`.
  package func read(_ examples: [Example], _ mode: ReadingMode) async throws -> [LossReading] {
    var rowReading = RowReading(self, mode, knowing: nil)
    return try await rowReading.readings(of: examples)
  }

  /// Reads losses of examples and concludes nothing about faults, for questions about the host.
  ///
  /// - Returns: One loss an example, in order.
  /// - Throws: `HostError` where one of them has a fault; `CancellationError`.
  func directReadings(of examples: [Example], _ mode: ReadingMode) async throws -> [LossReading] {
    try await ask(examples, mode).map { answer in
      switch answer {
      case .success(let reading): reading
      case .failure(let fault): throw fault.error
      }
    }
  }
}
