import Experiment
import Synchronization

/// What was asked of the sandbox and whether the answers arrived: the means to see that nothing is
/// paid twice.
final class SandboxLog: Sendable {
  /// A paid act.
  enum Entry: Sendable, Hashable {
    /// A prompt read under a model.
    case read(model: String, prompt: Digest)
    /// A job made.
    case created(metadata: [String: String])
  }

  /// How often something was done: answered whole, or with a reply that was cut.
  private struct Count {
    var served = 0
    var cut = 0
  }

  private struct Pair: Hashable {
    let model: ModelReference
    let prompt: Digest
  }

  private struct State {
    var requests = 0
    var faults: [String: Int] = [:]
    var jobs = Count()
    var metadata: [ByteText: [ByteText: Count]] = [:]
    var readings: [Pair: Count] = [:]

    mutating func change(_ entries: [Entry], _ change: (inout Count) -> Void) {
      for entry in entries {
        switch entry {
        case .read(let model, let prompt):
          change(&readings[Pair(model: ModelReference(model), prompt: prompt), default: Count()])
        case .created(let made):
          change(&jobs)
          for (key, value) in made {
            change(&metadata[ByteText(key), default: [:]][ByteText(value), default: Count()])
          }
        }
      }
    }
  }

  private let state = Mutex(State())

  /// Counts a request.
  ///
  /// - Parameters:
  ///   - entries: What was done for it.
  ///   - isWhole: Whether its reply is sent whole.
  ///   - fault: The fault that was injected.
  func record(_ entries: [Entry], isWhole: Bool, fault: String?) {
    state.withLock { state in
      state.requests += 1
      if let fault { state.faults[fault, default: 0] += 1 }
      state.change(entries) { count in
        if isWhole { count.served += 1 } else { count.cut += 1 }
      }
    }
  }

  /// Counts a reply as cut that was counted as whole.
  func tear(_ entries: [Entry]) {
    state.withLock { state in
      state.change(entries) { count in
        count.served -= 1
        count.cut += 1
      }
    }
  }

  /// Counts a fault that belongs to no one request, such as a job that failed.
  func record(fault: String) {
    state.withLock { $0.faults[fault, default: 0] += 1 }
  }

  /// The whole log, in a fixed order.
  var tree: JSONValue {
    let state = state.withLock { $0 }
    func counts(_ count: Count) -> [(String, JSONValue)] {
      [("served", .integer(count.served)), ("cut", .integer(count.cut))]
    }
    let readings = state.readings.sorted {
      (ByteText($0.key.model.name), $0.key.prompt.description)
        < (ByteText($1.key.model.name), $1.key.prompt.description)
    }
    let metadata = state.metadata.sorted { $0.key < $1.key }
    return [
      "requests": .integer(state.requests),
      "faults": .object(
        state.faults.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) }
      ),
      "jobs": .object(
        counts(state.jobs) + [
          (
            "metadata",
            .object(
              metadata.map { key, values in
                let sorted = values.sorted { $0.key < $1.key }
                return (
                  key.text,
                  .object(sorted.map { ($0.key.text, .object(counts($0.value))) })
                )
              }
            )
          )
        ]
      ),
      "prices": [
        "served": .integer(readings.reduce(0) { $0 + $1.value.served }),
        "cut": .integer(readings.reduce(0) { $0 + $1.value.cut }),
        "distinct": .integer(readings.count),
        "repeated": .integer(readings.count { $0.value.served > 1 }),
        "pairs": .array(
          readings.map { pair, count in
            .object(
              [
                ("model", .string(pair.model.name)), ("prompt", .string(pair.prompt.description)),
              ] + counts(count)
            )
          }
        ),
      ],
    ]
  }
}
