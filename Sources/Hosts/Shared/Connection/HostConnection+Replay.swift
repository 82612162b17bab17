import Experiment
import Synchronization
import Transport

extension HostConnection {
  /// The recorded reply whose turn it is; a recording's last answer to a reading call repeats.
  func recorded(_ digest: Digest, _ call: Call, in replay: any Archive) throws -> Exchange? {
    let key = digest.description
    // While the network is there, losses alone come from the record, and only good ones.
    guard client == nil else {
      for turn in 0... {
        guard let known = try replay.exchange(key, occurrence: turn) else { break }
        if (200..<300).contains(known.status), Self.isReply(known.body, to: call),
          HostError.inside(known.body, asked: "", isReading: true) == nil
        {
          return known
        }
      }
      return nil
    }
    let turn = occurrences.withLock { occurrences in
      defer { occurrences[digest, default: 0] += 1 }
      return occurrences[digest, default: 0]
    }
    if let known = try replay.exchange(key, occurrence: turn) {
      if call.purpose == .create { given.withLock { _ = $0.insert("\(key) \(turn)") } }
      return known
    }
    guard call.purpose != .create else { return nil }
    for earlier in (0..<turn).reversed() {
      if let known = try replay.exchange(key, occurrence: earlier) { return known }
    }
    return nil
  }

  /// The recorded exchange of a request that differs in nothing but what jobs are called.
  ///
  /// Older versions made other keys of the same jobs, and wrote their files in other bytes. As with equal
  /// requests, each exchange of a creating call is given once, and the last one of another repeats. Where
  /// requests of several jobs differ in their keys alone and got different replies, as where a file is
  /// announced by its name, nothing tells which one is meant: none is.
  func sameApart(_ call: Call, _ url: String, in replay: any Archive) throws -> Exchange? {
    guard call.purpose != .score else { return nil }
    let place = "\(call.method) \(Self.untagged(url))"
    let sent = Self.meaning(call.sent)
    let known = try alike.withLock { alike in
      if let known = alike[place] { return known }
      let found = try replay.exchanges(limit: .max).filter {
        "\($0.method) \(Self.untagged($0.url))" == place
      }
      alike[place] = found
      return found
    }
    let fitting = known.filter { Self.meaning($0.request) == sent }
    guard let first = fitting.first,
      fitting.allSatisfy({ $0.key == first.key })
        || fitting.allSatisfy({ $0.status == first.status && $0.body == first.body })
    else { return nil }
    var turns: [String: Int] = [:]
    var last: Exchange?
    for exchange in fitting {
      let turn = turns[exchange.key, default: 0]
      turns[exchange.key] = turn + 1
      if given.withLock({ $0.insert("\(exchange.key) \(turn)").inserted }) { return exchange }
      if call.purpose != .create { last = exchange }
    }
    return last
  }

  /// A request's body without the keys of jobs; lines of JSON by what they say, not how.
  private static func meaning(_ body: [UInt8]) -> [String] {
    body.split(separator: UInt8(ascii: "\n")).map { line in
      let said = JSONReader.read(Array(line))?.bytes ?? Array(line)
      return untagged(String(decoding: said, as: UTF8.self))
    }
  }

  /// A text without the keys of jobs, where this program writes them: as names, metadata and tags.
  ///
  /// Ids of hosts may look alike and stay.
  private static func untagged(_ text: String) -> String {
    text.replacing(/daunce-[0-9a-f]+/, with: "daunce-")
      .replacing(/(daunce_job":"|daunce_job%5D=|"tags":\[")[0-9a-f]{32}/) { "\($0.output.1)" }
  }

  func unrecorded(
    _ call: Call,
    _ key: Digest,
    _ url: String,
    in replay: any Archive
  ) throws -> HostError {
    let asked = occurrences.withLock { $0[key] ?? 1 }
    let sent = redaction.body(call.sent, isSearched: call.purpose != .score)
    return Unrecorded(method: call.method, url: url, sent: sent)
      .error(beside: try replay.exchanges(limit: Unrecorded.most), turn: asked - 1)
  }
}
