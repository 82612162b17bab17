/// Tells whose fault it is that a request failed: one row's, which is then missing, or everybody's,
/// which ends the run.
///
/// A pure state machine, told what the same request and others answer. One row is at fault when the
/// host refuses or fails for it again while it answers another row; nothing else is said of the host.
struct FaultInquiry: Sendable {
  enum Step: Sendable, Hashable {
    /// Send the same request again; `isFresh` not to be answered from a record.
    case again(isFresh: Bool)
    /// Ask for its rows one by one.
    case apart
    /// Ask for a row that is known to be good.
    case control
    /// The row is missing: the last failure says why.
    case missing
    /// Everything would fail: this is why.
    case all(HostError)
  }

  private let rows: Int
  private var first: HostError?
  private var isRepeated = false
  private var isHostWell = false

  init(rows: Int) { self.rows = rows }

  /// After a failure of the request, first or repeated.
  mutating func failed(_ error: HostError) -> Step {
    if error.concernsAll { return .all(error) }
    first = first ?? error
    if isHostWell { return rows > 1 ? .apart : .missing }
    if error.isOfGoodReply {
      // It may have been a slip, or the record of one.
      guard isRepeated else {
        isRepeated = true
        return .again(isFresh: true)
      }
      return rows > 1 ? .apart : .control
    }
    if rows > 1 {
      // A host that does not answer at all is not asked for every row.
      return error.isSilence ? .control : .apart
    }
    return error.isOfRow ? .missing : .control
  }

  /// After the row that is known to be good was asked for.
  mutating func control(failed error: HostError?) -> Step {
    guard let error, error.code != .notRecorded else {
      // What a recording lacks was not asked for, because other rows were being answered.
      isHostWell = true
      return isRepeated && rows == 1 ? .missing : .again(isFresh: false)
    }
    guard let first, !error.concernsAll, !error.isLasting || first.isLasting else {
      return .all(error)
    }
    return .all(first)
  }
}

extension HostError {
  /// Whether it says nothing about the row that was asked for.
  var isBeyondRows: Bool { concernsAll || isSilence }

  /// Whether no other request could do better.
  fileprivate var concernsAll: Bool {
    switch code {
    // A firewall may forbid one text, and a refusal may quote words of one.
    case .credentials: status != 403
    case .credit: status.map { [402, 403, 429].contains($0) } ?? true
    case .rateLimited, .later, .notRecorded, .configuration, .command, .unknownOutcome, .jobFailed:
      true
    case .notFound, .contextLength, .moderation, .jobLimit, .refused, .unsupported, .unavailable,
      .notUnderstood:
      false
    }
  }

  /// Whether a reply that looked good was not what was asked for.
  var isOfGoodReply: Bool {
    status == nil && (code == .notUnderstood || code == .notFound || code == .unsupported)
  }

  /// Whether the words alone tell that it is the row's.
  fileprivate var isOfRow: Bool { code == .contextLength || code == .moderation }

  /// Whether nothing came back, or only that the host is not there.
  fileprivate var isSilence: Bool { code == .unavailable && (status == nil || status == 503) }
}
