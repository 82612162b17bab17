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
  /// requests, each exchange of a creating call is given once, and the last one of another repeats.
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
    var turns: [String: Int] = [:]
    var last: Exchange?
    for exchange in known where Self.meaning(exchange.request) == sent {
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

  /// A text without the keys of jobs: 32 hexadecimal digits, or `daunce-` and as many as there was room for.
  private static func untagged(_ text: String) -> String {
    text.replacing(/daunce-[0-9a-f]+|[0-9a-f]{32}/, with: "daunce-")
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
