import Testing

@testable import Hosts

private let refused = HostError(.refused, "no such word", status: 400)
private let broken = HostError(.unavailable, "oops", status: 500)
private let silent = HostError(.unavailable, "no connection")
private let unread = HostError(.notUnderstood, "half a list")

@Suite struct `an inquiry into a fault` {
  @Test(arguments: [
    refused, broken, silent, HostError(.unavailable, "busy", status: 503),
    HostError(.notFound, "no model", status: 404), HostError(.credentials, "no", status: 403),
    HostError(.credit, "bad words", status: 400), HostError(.unsupported, "no echo", status: 400),
    HostError(.refused, "too large", status: 413), HostError(.refused, "bad", status: 422),
  ])
  func `blames a row for what comes again while another row is answered`(error: HostError) {
    var inquiry = FaultInquiry(rows: 1)
    #expect(inquiry.failed(error) == .control)
    #expect(inquiry.control(failed: nil) == .again(isFresh: false))
    #expect(inquiry.failed(error) == .missing)
  }

  @Test(arguments: [refused, broken, silent])
  func `blames the host for what another row has, too`(error: HostError) {
    var inquiry = FaultInquiry(rows: 1)
    _ = inquiry.failed(error)
    #expect(inquiry.control(failed: error) == .all(error))
  }

  @Test func `believes the fault of the two that lasts`() {
    var gone = FaultInquiry(rows: 1)
    _ = gone.failed(refused)
    #expect(gone.control(failed: silent) == .all(silent))
    var lost = FaultInquiry(rows: 1)
    _ = lost.failed(silent)
    #expect(lost.control(failed: refused) == .all(silent))
  }

  @Test(arguments: [
    HostError(.credentials, "wrong key", status: 401), HostError(.credit, "quota", status: 429),
    HostError(.credit, "pay", status: 402), HostError(.rateLimited, "slow down", status: 429),
    HostError(.configuration, "proxy"), HostError(.notRecorded, "not there"),
  ])
  func `asks no more about key, quota and connection`(error: HostError) {
    for rows in [1, 4] {
      var inquiry = FaultInquiry(rows: rows)
      #expect(inquiry.failed(error) == .all(error))
    }
    var late = FaultInquiry(rows: 1)
    _ = late.failed(refused)
    #expect(
      late.control(failed: error)
        == (error.code == .notRecorded ? .again(isFresh: false) : .all(error))
    )
  }

  @Test(arguments: [HostError.Code.contextLength, .moderation])
  func `asks no more where the words name the row`(code: HostError.Code) {
    var inquiry = FaultInquiry(rows: 1)
    #expect(inquiry.failed(HostError(code, "no", status: 400)) == .missing)
  }

  @Test func `asks for rows apart, at a silent host only once it speaks`() {
    for error in [refused, broken, HostError(.contextLength, "long", status: 400)] {
      var inquiry = FaultInquiry(rows: 3)
      #expect(inquiry.failed(error) == .apart)
    }
    var inquiry = FaultInquiry(rows: 3)
    #expect(inquiry.failed(silent) == .control)
    #expect(inquiry.control(failed: nil) == .again(isFresh: false))
    #expect(inquiry.failed(silent) == .apart)
  }

  @Test func `takes a reply that cannot be read for a slip, once`() {
    var list = FaultInquiry(rows: 2)
    #expect(list.failed(unread) == .again(isFresh: true))
    #expect(list.failed(unread) == .apart)
    var row = FaultInquiry(rows: 1)
    #expect(row.failed(unread) == .again(isFresh: true))
    #expect(row.failed(unread) == .control)
    #expect(row.control(failed: nil) == .missing)
    var host = FaultInquiry(rows: 1)
    _ = host.failed(unread)
    _ = host.failed(unread)
    #expect(host.control(failed: unread) == .all(unread))
  }
}
