import Configuration
import Experiment
import Synchronization
import TestSupport
import Transport

@testable import Hosts

/// Exchanges in memory.
final class MemoryArchive: Archive {
  private let kept = Mutex<[Exchange]>([])

  /// All that was kept, in order.
  var exchanges: [Exchange] { kept.withLock { $0 } }

  /// Everything kept as one text: what a file of it would show.
  var text: String {
    exchanges.map { exchange in
      "\(exchange) " + String(decoding: exchange.request + [0x20] + exchange.body, as: UTF8.self)
    }.joined(separator: "\n")
  }

  func exchange(_ key: String, occurrence: Int) -> Exchange? {
    let known = exchanges.filter { $0.key == key }
    return known.indices.contains(occurrence) ? known[occurrence] : nil
  }

  func keep(_ exchange: Exchange) { kept.withLock { $0.append(exchange) } }

  func exchanges(limit: Int) -> [Exchange] { Array(exchanges.prefix(limit)) }
}

extension HostConnection {
  /// A key that looks like one.
  static let testKey = "sk-proj-0123456789/abc+def"

  /// A connection to a loopback server that does not really wait between two attempts.
  ///
  /// `/v1` is added to the address; only a live one has a network.
  static func test(
    _ url: String,
    key: String? = testKey,
    authorization: String = "bearer",
    isLive: Bool = true,
    limit: Int = 1 << 20,
    timeout: Duration = .seconds(60),
    record: (any Archive)? = nil,
    replay: (any Archive)? = nil
  ) throws -> HostConnection {
    let profile = "{name: 'box', title: 'Box', authorization: '\(authorization)'}"
    let client =
      try isLive
      ? HTTPClient(
        engine: HTTPEngine(),
        sleep: { _ in try Task.checkCancellation() },
        random: { 0 }
      ) : nil
    return HostConnection(
      profile: try HostProfile.read(json5: Array(profile.utf8)),
      baseURL: url + "/v1",
      key: key.flatMap { Secret($0) },
      timeout: timeout,
      limit: limit,
      client: client,
      record: record,
      replay: replay
    )
  }
}

extension Call {
  /// A call that losses something.
  static func score(_ body: String, round: Int = 1) -> Call {
    Call(
      "POST",
      "/completions",
      body: .json(Array(body.utf8)),
      purpose: .score,
      round: round
    )
  }

  /// A call that makes a job.
  static var job: Call {
    Call("POST", "/fine_tuning/jobs", body: .json(Array("{}".utf8)), purpose: .create)
  }
}
