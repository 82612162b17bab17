import Experiment
import TestSupport
import Testing

@testable import Store

struct EmbeddingTests {
  @Test func `embeddings belong to texts and models, and the first one stays`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    let run = try RunDatabase.writer(path: path)
    #expect(try run.embeddings(of: nil).isEmpty)
    let vector: [Float] = [1.5, -0, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    try run.add([("t", .vector(vector)), ("u", .refused(reason: "too long"))], of: "a")
    try run.add([("t", .vector([9]))], of: "a")
    #expect(
      try run.embeddings(of: "a") == ["t": .vector(vector), "u": .refused(reason: "too long")]
    )
    #expect(try run.embeddings(of: "b").isEmpty)
    try run.add([("t", .vector([2]))], of: "b")
    #expect(try RunDatabase.reader(path: path).embeddings(of: "a")["t"] == .vector(vector))
  }

  @Test func `the model used last is the one that is asked about`() async throws {
    let folder = try TemporaryFolder()
    let run = try RunDatabase.writer(path: folder.path("run.db"))
    for model in ["a", "b", "a"] {
      try run.add(model == "b" ? [("t", .vector([2]))] : [("t", .vector([1]))], of: model)
      try await Task.sleep(for: .milliseconds(5))
    }
    #expect(try run.embeddings(of: nil) == ["t": .vector([1])])
  }

  @Test func `an older store has none`() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("run.db")
    do {
      let connection = try Connection(path: path, access: .write)
      for step in Schema.steps[..<5] {
        for statement in step { try connection.execute(statement) }
      }
    }
    #expect(try RunDatabase.reader(path: path).embeddings(of: nil).isEmpty)
    #expect(try RunDatabase.reader(path: path).embeddings(of: "a").isEmpty)
  }
}
