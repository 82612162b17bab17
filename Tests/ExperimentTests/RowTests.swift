import Experiment
import TestSupport
import Testing

private func row(_ text: String) throws -> Example {
  try #require(ExampleFile.parse(Array(text.utf8), role: .train, file: "").first)
}

private func kept(_ text: String) throws -> String {
  String(decoding: try #require(row(text).row).bytes, as: UTF8.self)
}

@Suite struct `a row's own bytes` {
  @Test(arguments: [
    (#"{"id":"a","prompt":"p","completion":"c"}"#, #"{"prompt":"p","completion":"c"}"#),
    (#"{"prompt":"p", "id" : "a" ,"completion":"c"}"#, #"{"prompt":"p", "completion":"c"}"#),
    (#"{"prompt":"p","completion":"c" , "tags":["x"]}"#, #"{"prompt":"p","completion":"c"}"#),
    (
      #"{ "prompt":"p","completion":"c", "tags":["x"], "id":"a" }"#,
      #"{ "prompt":"p","completion":"c" }"#
    ),
    (
      #"{"\u0069d":"a","prompt":"p","completion":"c","n":1.50e2}"#,
      #"{"prompt":"p","completion":"c","n":1.50e2}"#
    ),
    (
      #"  {"prompt":"p","completion":"c","x":{"id":1,"tags":2}}  "#,
      #"{"prompt":"p","completion":"c","x":{"id":1,"tags":2}}"#
    ),
  ])
  func `stay as they stood, less id and tags`(line: String, bytes: String) throws {
    #expect(try kept(line) == bytes)
  }

  @Test func `stay as they stood in a thousand generated rows`() throws {
    let rows = GeneratedRows(1000, seed: 12)
    let examples = try ExampleFile.parse(rows.file, role: .train, file: "")
    #expect(examples.count == 1000)
    for (example, kept) in zip(examples, rows.kept) {
      let line = String(decoding: ExampleFile.trainingLine(for: example), as: UTF8.self)
      guard line == kept else {
        Issue.record("\(line) instead of \(kept)")
        break
      }
    }
  }

  @Test func `take the weight of a training, times their own`() throws {
    func weighed(_ text: String, _ weight: Double) throws -> String {
      String(decoding: ExampleFile.trainingLine(for: try row(text), weight: weight), as: UTF8.self)
    }
    #expect(
      try weighed(#"{"prompt":"p","completion":"c"}"#, 1.5)
        == #"{"prompt":"p","completion":"c","weight":1.5}"#
    )
    #expect(
      try weighed(#"{"weight": 0.5, "prompt":"p","completion":"c"}"#, 3)
        == #"{"weight": 1.5, "prompt":"p","completion":"c"}"#
    )
  }

  @Test func `of which a key stands twice are refused, whichever spelling`() throws {
    for line in [
      #"{"prompt":"p","completion":"c","prompt":"q"}"#,
      #"{"prompt":"p","completion":"c","\u0070rompt":"q"}"#,
    ] {
      let error = #expect(throws: ExampleFileError.self) { _ = try row(line) }
      #expect(error?.reason == "the key 'prompt' stands twice")
    }
    let turns = #"{"messages":[{"role":"assistant","content":"a","content":"b"}]}"#
    let error = #expect(throws: ExampleFileError.self) { _ = try row(turns) }
    #expect(error?.reason == "the key 'messages[0].content' stands twice")
    // Equal to Swift, different to everybody else.
    #expect(
      try row("{\"prompt\":\"p\",\"completion\":\"c\",\"é\":1,\"e\u{301}\":2}").row?.saysMore
        == true
    )
  }
}

@Suite struct `a row's view` {
  @Test func `has the last turn that is trained on as its completion`() throws {
    let example = try row(
      #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"draft","weight":0},"#
        + #"{"role":"user","content":"again"},{"role":"assistant","content":"good","weight":1},"#
        + #"{"role":"user","content":"more"},{"role":"assistant","content":"bad","weight":0}]}"#
    )
    #expect(
      example.prompt
        == .chat([
          Message(role: "user", content: "q"), Message(role: "assistant", content: "draft"),
          Message(role: "user", content: "again"),
        ])
    )
    #expect(example.completion == "good")
    #expect(example.rendering == nil)
    #expect(example.row?.features == [.turnsWithoutWeight, .laterTurns])
  }

  @Test func `names several trained turns, and rows that train nothing`() throws {
    let two = try row(
      #"{"messages":[{"role":"assistant","content":"a"},{"role":"user","content":"q"},"#
        + #"{"role":"assistant","content":"b"}]}"#
    )
    #expect(two.completion == "b")
    #expect(two.row?.features == [.severalTurns])
    // Its texts are all that it says: an older store of such rows goes on.
    #expect(two.row?.saysMore == false)
    let none = try row(#"{"messages":[{"role":"assistant","content":"a","weight":0}]}"#)
    #expect(none.completion == "a")
    #expect(none.row?.features == [.nothingTrained])
  }

  @Test func `has the system prompt beside the turns in front of them`() throws {
    let text = try row(
      #"{"system":"Be brief.","messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#
    )
    #expect(
      text.prompt
        == .chat([
          Message(role: "system", content: "Be brief."), Message(role: "user", content: "q"),
        ])
    )
    let parts = try row(
      #"{"messages":[{"role":"assistant","content":"a"}],"system":[{"type":"text","text":"Be kind."}]}"#
    )
    #expect(
      parts.prompt
        == .chat([
          Message(
            role: "system",
            content: "Be kind.",
            json: #"{"role":"system","content":[{"type":"text","text":"Be kind."}]}"#
          )
        ])
    )
  }

  @Test func `keeps turns that say more than a text, less what only trainers read`() throws {
    let example = try row(
      #"{"tools": [{"z":1,"a":2}],"messages":[{"role":"user","name":"ann","content":"q","mine":7},"#
        + #"{"role":"assistant","content":null,"tool_calls":[{"id":"1"}],"weight":1}]}"#
    )
    #expect(
      example.prompt
        == .chat([
          Message(
            role: "user",
            content: "q",
            json: #"{"role":"user","name":"ann","content":"q"}"#
          )
        ])
    )
    #expect(!example.isText)
    #expect(example.completion == #"[{"id":"1"}]"#)
    #expect(example.rendering?.tools == #"[{"z":1,"a":2}]"#)
    #expect(
      example.rendering?.answer == #"{"role":"assistant","content":null,"tool_calls":[{"id":"1"}]}"#
    )
    #expect(
      example.row?.features == [.tools, .unknown("messages[].mine"), .names, .completionCallsTools]
    )
  }

  @Test func `reads parts of text and names others`() throws {
    let example = try row(
      #"{"messages":[{"role":"user","content":[{"type":"text","text":"see "},{"type":"image_url"},"#
        + #"{"type":"text","text":"this"}]},{"role":"assistant","content":[{"text":"ok"}]}]}"#
    )
    guard case .chat(let turns) = example.prompt else {
      Issue.record("no chat")
      return
    }
    #expect(turns[0].content == "see this")
    #expect(example.completion == "ok")
    #expect(example.isText)
    #expect(example.row?.features == [.media])
  }

  @Test func `tells trainings apart by the whole row, and losses by what a template gets`() throws {
    func digests(_ text: String) throws -> [String] {
      let example = try row(text)
      var (reading, training) = (Digest(), Digest())
      example.update(&reading)
      example.updateTraining(&training)
      return [reading.description, training.description]
    }
    let plain = try digests(#"{"prompt":"p","completion":"c"}"#)
    // What an older program digested of the same texts.
    #expect(plain[0] == plain[1])
    #expect(try digests(#"{ "completion":"c", "prompt":"p", "id":"x" }"#) == plain)
    let weighed = try digests(#"{"prompt":"p","completion":"c","weight":2}"#)
    #expect(weighed[0] == plain[0])
    #expect(weighed[1] != plain[1])
    let turn = #""messages":[{"role":"assistant","content":"c"}]"#
    let (bare, tooled) = (try digests("{\(turn)}"), try digests(#"{\#(turn),"tools":[1]}"#))
    #expect(bare[0] != tooled[0])
  }

  @Test func `reads back from its bytes`() throws {
    for example in try ExampleFile.parse(GeneratedRows(100, seed: 3).file, role: .train, file: "") {
      let bytes = try #require(example.row?.bytes)
      #expect(ExampleFile.example(bytes, id: example.id, tags: example.tags) == example)
    }
  }
}
