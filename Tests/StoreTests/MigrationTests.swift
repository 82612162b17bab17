import Experiment
import TestSupport
import Testing

@testable import Store

struct MigrationTests {
  @Test
  func `a file of version 1 keeps all it holds and takes in what later ones know`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    try makeVersion1(path)
    let refusal = #expect(throws: StoreError.self) { try RunDatabase.reader(path: path) }
    #expect(refusal?.code == .olderSchema(found: 1, known: 7))

    let run = try RunDatabase.writer(path: path)
    let contents = try #require(try run.contents())
    #expect(contents.corpus.train.map(\.id) == ["a", "b"])
    #expect(contents.manifest.design.subsets.map(\.members) == [[1]])
    #expect(contents.models.map(\.status) == [.succeeded, .running])
    #expect(contents.models[0].measured == 1)
    #expect(contents.standing.spending.isEmpty)
    #expect(try run.readings(model: -1).map(\.reading.loss) == [.measured(1.5)])
    #expect(try run.acts().map(\.subject) == ["0"])

    try run.enqueue(.exchange(exchange("k", "reply")))
    try run.record(
      [NumberedReading(example: 0, reading: read(.measured(2)))],
      .reading,
      model: 0,
      spending: Spending(.scoring, tokens: 9, dollars: 0.5)
    )
    try run.flush()
    let read = try RunDatabase.reader(path: path)
    #expect(try read.exchange("k", occurrence: 0) == exchange("k", "reply"))
    #expect(try read.spending() == [Spending(.scoring, tokens: 9, dollars: 0.5)])
    #expect(try read.contents()?.models[1].measured == 1)
  }

  @Test
  func `replies that version 2 kept are found and counted on`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    try makeVersion1(path)
    do {
      let connection = try Connection(path: path, access: .write)
      for statement in Schema.steps[1] { try connection.execute(statement) }
      let insert = try connection.prepare(
        """
        INSERT INTO exchanges
          (hash, key, occurrence, method, url, status, asked, took, fields, request, body)
        VALUES (?1, 'k', 0, 'POST', 'http://127.0.0.1/v1/completions', 200, 1, 2,
          '[{"name":"x-request-id","value":"\\"1\\"\\n"}]', x'61736B206B', x'7265706C79')
        """
      )
      try insert.bind(KeyFilter.hash("k"), at: 1)
      try insert.run()
    }
    #expect(try RunDatabase.reader(path: path).contents() != nil)
    #expect(
      try RunDatabase.reader(path: path).exchange("k", occurrence: 0) == exchange("k", "reply")
    )
    let run = try RunDatabase.writer(path: path)
    try run.enqueue(.exchange(exchange("k", "again")))
    #expect(try run.exchange("k", occurrence: 0) == exchange("k", "reply"))
    #expect(try run.exchange("k", occurrence: 1) == exchange("k", "again"))
  }

  @Test
  func `no step that was shipped has been edited`() {
    func digest(_ step: [StaticString]) -> String {
      var digest = Digest()
      for statement in step { digest.update("\(statement)") }
      return digest.description
    }
    #expect(
      Schema.steps.map(digest) == [
        "d44ea11bee833a3297be3ad271192917", "89acd945f5764b122549d92470b9a43e",
        "63a0525d9983911c6606a2db5e0a4c20", "a692628303b6f4ac359c9bf48cf7b705",
        "0e5ddff1ebd4d7b2a51746c921623c31", "cf5bdc4d78481f688c81cf64ba12c81f",
        "620d8d82286c0819b16b016cb9233030",
      ]
    )
  }

  /// A store as version 1 wrote it: θ0 read once, model 0 asked for.
  private func makeVersion1(_ path: String) throws {
    let connection = try Connection(path: path, access: .write)
    for statement in Schema.steps[0] { try connection.execute(statement) }
    for statement in [
      """
      INSERT INTO manifest
        (only, key, settings, train, queries, method, program, start, seed, created)
      VALUES (1, 'key', '{}', 't', 'q', 'm', '1', 'target', 3, 1)
      """,
      """
      INSERT INTO examples (number, role, position, id, tags, format, prompt, completion) VALUES
        (0, 'train', 0, 'a', '[]', 'text', 'p', 'c'), (1, 'train', 1, 'b', '[]', 'text', 'p', 'd'),
        (2, 'query', 0, 'q', '[]', 'text', 'p', 'e')
      """,
      """
      INSERT INTO models (number, key, seed, status, reference, measured) VALUES
        (-1, 'x', 1, 'succeeded', 'ft:1', 1), (0, 'y', 2, 'running', NULL, 0)
      """,
      "INSERT INTO membership (model, members) VALUES (0, x'01000000')",
      "INSERT INTO methods (id, name) VALUES (1, 'forward')",
      """
      INSERT INTO prices (model, example, nll, censored, tokens, first, method)
      VALUES (-1, 0, 1.5, 0, 1, 1.5, 1)
      """,
      """
      INSERT INTO acts (kind, model, subject, asked, answered, outcome)
      VALUES ('price', -1, '0', 1, 2, 'succeeded')
      """,
    ] as [StaticString] { try connection.execute(statement) }
  }
}

/// An exchange with a body of its own.
func exchange(_ key: String, _ body: String) -> Exchange {
  Exchange(
    key: key,
    method: "POST",
    url: "http://127.0.0.1/v1/completions",
    request: Array("ask \(key)".utf8),
    status: 200,
    fields: [Exchange.Field("x-request-id", "\"1\"\n")],
    body: Array(body.utf8),
    asked: 1,
    took: 2
  )
}
