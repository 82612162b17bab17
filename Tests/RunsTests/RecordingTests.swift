import Experiment
import FoundationEssentials
import TestSupport
import Testing

@testable import Runs

struct RecordingTests {
  private static let exchanges: [Exchange] = [
    exchange("k", Array("{\"a\": \"é\u{301} 🦊 \\ \u{0} \u{2028} \u{7F}\r\n\"}".utf8)),
    exchange("binary", [0xFF, 0x00, 0x80] + Array(0...255)),
    exchange("empty", []),
    exchange("k", Array("again".utf8), request: [0xC3]),
    exchange("odd \" key", Array("\u{FEFF}<html>".utf8)),
  ]

  @Test
  func `an exported recording answers with the very bytes, occurrence by occurrence`() async throws
  {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    do {
      let store = try RunStore(path: path)
      #expect(store.isNew)
      for exchange in Self.exchanges { try store.keep(exchange) }
      let scene = Scene()
      _ = try await Run(
        store: store,
        corpus: scene.corpus,
        settings: scene.settings,
        design: scene.design,
        trainer: ScriptedTrainer(),
        scorer: ScriptedScorer(),
        program: "test"
      ).execute()
    }
    let record = try RunRecord(path: path)
    #expect(try record.exchanges() == Self.exchanges.count)
    var lines: [UInt8] = []
    try record.exportRecording { lines += $0 }
    try Data(lines).write(to: URL(filePath: folder.path("recording.jsonl")))
    for source in ["recording.jsonl", "run.db"] {
      let recording = try Recording(path: folder.path(source))
      for exchange in Self.exchanges {
        let occurrence = exchange == Self.exchanges[3] ? 1 : 0
        #expect(try recording.exchange(exchange.key, occurrence: occurrence) == exchange)
      }
      #expect(try recording.exchange("k", occurrence: 2) == nil)
      #expect(try recording.exchange("other", occurrence: 0) == nil)
      let error = #expect(throws: RunError.self) { try recording.keep(Self.exchanges[0]) }
      #expect(error?.code == .storeReadOnly)
    }
    #expect(!(try RunStore(path: path).isNew))
  }

  @Test
  func `a line is one JSON object with sorted keys and readable bodies`() throws {
    let line = ExchangeLine.write(
      Exchange(
        key: "abc",
        method: "POST",
        url: "http://h/v1",
        request: Array("{\"n\":1}".utf8),
        status: 200,
        fields: [Exchange.Field("date", "now")],
        body: [0xFF],
        asked: 5,
        took: 6
      )
    )
    #expect(
      String(decoding: line, as: UTF8.self) == """
        {"asked":5,"bodyBase64":"/w==","fields":[{"name":"date","value":"now"}],"key":"abc",\
        "method":"POST","request":"{\\"n\\":1}","status":200,"took":6,"url":"http://h/v1"}

        """
    )
  }

  @Test
  func `a line that is no exchange is named, and blank lines and a missing end do no harm`() throws
  {
    let folder = try TemporaryFolder()
    let good = ExchangeLine.write(Self.exchanges[0])
    let path = folder.path("recording.jsonl")
    try Data(Array("\n\r\n".utf8) + good + Array(" \n".utf8) + good.dropLast())
      .write(to: URL(filePath: path))
    #expect(try Recording(path: path).exchange("k", occurrence: 1) == Self.exchanges[0])
    for bad in [
      "{}", "[1]", "null", "{\"asked\":1", String(decoding: good.dropLast(3), as: UTF8.self),
    ] {
      try Data(good + Array((bad + "\n").utf8) + good).write(to: URL(filePath: path))
      let error = #expect(throws: RunError.self) { try Recording(path: path) }
      #expect(error?.code == .storeForeign)
      #expect(
        error?.message == "cannot open recording '\(path)': line 2 is not a recorded exchange"
      )
    }
    let absent = #expect(throws: RunError.self) { try Recording(path: folder.path("no")) }
    #expect(absent?.code == .storeAbsent)
  }

  @Test
  func `a record tells what exists at hosts and why losses are missing`() async throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let resource = RemoteResource(.job, id: "ftjob-1", job: "x", host: "openai")
    do {
      let store = try RunStore(path: path)
      try store.add(resource)
      #expect(try store.resources(job: "x") == [resource])
      #expect(try store.resources(job: "y") == [])
    }
    _ = try await Scene().open(path).execute()
    let record = try RunRecord(path: path)
    #expect(try record.resources() == [resource])
    #expect(record.spending == nil)
    #expect(record.status.dollars == nil)
    let missing = record.status.missing
    #expect(missing.map(\.reason) == ["scripted"])
    #expect(missing.map(\.count) == [record.status.losses.missing])
    try RunStore(path: path).remove(resource)
    #expect(try RunRecord(path: path).resources() == [])
  }

  private static func exchange(
    _ key: String,
    _ body: [UInt8],
    request: [UInt8] = Array("ask".utf8)
  ) -> Exchange {
    Exchange(
      key: key,
      method: "POST",
      url: "https://host/v1/completions?a=b",
      request: request,
      status: 200,
      fields: [Exchange.Field("content-type", "text/\"plain\"")],
      body: body,
      asked: 1_700_000_000_000,
      took: 31
    )
  }
}
