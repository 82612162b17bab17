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

  /// The recorded upload of a file of the same name, which older versions wrote in other bytes.
  ///
  /// The name is made of the rows: the same name never stands for other ones.
  func sameFile(_ call: Call, _ url: String, in replay: any Archive) throws -> Exchange? {
    guard case .form(_, let file) = call.body else { return nil }
    let name = BytePattern("\(file.field): \(file.name)\n".utf8)
    var turns: [String: Int] = [:]
    for exchange in try replay.exchanges(limit: .max)
    where exchange.method == call.method && exchange.url == url
      && name.firstRange(in: exchange.request) != nil
    {
      let turn = turns[exchange.key, default: 0]
      turns[exchange.key] = turn + 1
      if given.withLock({ $0.insert("\(exchange.key) \(turn)").inserted }) { return exchange }
    }
    return nil
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
