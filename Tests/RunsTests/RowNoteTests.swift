import Experiment
import Testing

@testable import Runs

private func corpus(_ train: String, _ queries: String = #"{"prompt":"p","completion":"c"}"#) throws
  -> Corpus
{
  Corpus(
    train: try ExampleFile.parse(Array(train.utf8), role: .train, file: ""),
    queries: try ExampleFile.parse(Array(queries.utf8), role: .query, file: "")
  )
}

@Suite struct `notes about rows` {
  @Test func `are none where prompt and completion say all`() throws {
    let plain = try corpus(
      #"{"prompt":"p","completion":"c"}"# + "\n"
        + #"{"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"a"}]}"#
    )
    #expect(plain.rowNotes(keepsRows: true).isEmpty)
    #expect(plain.rowNotes(keepsRows: false).isEmpty)
  }

  @Test func `count the rows of a kind and name the first`() throws {
    let weighed =
      #"{"messages":[{"role":"assistant","content":"a","weight":0},{"role":"assistant","content":"b"}]}"#
    let notes = try corpus(#"{"prompt":"p","completion":"c"}"# + "\n\(weighed)\n\(weighed)")
      .rowNotes(keepsRows: true)
    #expect(
      notes == [
        "2 training rows have assistant turns of 'weight' 0: those are sent with it and not read, "
          + "but a host that does not know 'weight' trains on them (first: 'train-1')"
      ]
    )
  }

  @Test func `say what a trainer of texts does not heed`() throws {
    let rows = try corpus(
      #"{"tools":[{}],"messages":[{"role":"user","name":"n","content":"q"},{"role":"assistant","content":"a"}]}"#
    )
    // Sent to a host and rendered by it, they are covered.
    #expect(rows.rowNotes(keepsRows: true).isEmpty)
    #expect(
      rows.rowNotes(keepsRows: false) == [
        "1 training rows have 'tools', which are not read here (first: 'train-0')",
        "1 training rows have names of speakers, which are not read here (first: 'train-0')",
      ]
    )
  }

  @Test func `name keys that only the host knows, queries that call tools and empty prompts`()
    throws
  {
    let notes = try corpus(
      #"{"prompt":"","completion":"c","kind":1}"#,
      #"{"messages":[{"role":"assistant","content":null,"tool_calls":[{}]}]}"#
    ).rowNotes(keepsRows: true)
    #expect(notes.count == 3)
    #expect(notes[0].hasPrefix("1 training rows have 'kind', which the host gets as it stands"))
    #expect(notes[1].hasPrefix("1 queries have a completion that calls tools"))
    #expect(notes[2].hasPrefix("1 rows have an empty prompt"))
  }
}
