import Experiment
import Synchronization
import TestSupport
import Testing

@testable import Runs

/// Embeds a text as its length and its first byte, and remembers what it was asked.
private final class ScriptedEmbedder: Embedder {
  let model: String
  let batch = 4
  let concurrency = 2
  private let fails: @Sendable (Int) -> Bool
  private let log = Mutex<[[String]]>([])

  init(_ model: String = "m", fails: @escaping @Sendable (Int) -> Bool = { _ in false }) {
    self.model = model
    self.fails = fails
  }

  var calls: [[String]] { log.withLock { $0 } }

  func embed(_ texts: [String]) async throws -> [Embedding] {
    let count = log.withLock { log in
      log.append(texts)
      return log.count
    }
    if fails(count) { throw CancellationError() }
    return texts.map { text in
      text.hasPrefix("odd")
        ? .refused(reason: "it is odd")
        : .vector([Float(text.utf8.count), Float(text.utf8.first ?? 0)])
    }
  }
}

struct EmbeddingTests {
  private let corpus = Corpus(
    train: (0..<9).map { Example(id: "t\($0)", prompt: .text("text \($0 / 2)"), completion: "x") }
      + [Example(id: "e", prompt: .text(" "), completion: "x")],
    queries: (0..<6).map { Example(id: "q\($0)", prompt: .text("ask \($0)"), completion: "x") }
  )

  @Test func `equal texts are embedded once and none twice`() async throws {
    let folder = try TemporaryFolder()
    let store = try RunStore(path: folder.path("run.db"))
    let embedder = ScriptedEmbedder()
    #expect(try await store.embed(corpus, with: embedder) == nil)
    // Five texts of rows and six of queries, in the order of the files.
    #expect(
      Set(embedder.calls) == [
        ["text 0", "text 1", "text 2", "text 3"], ["text 4", "ask 0", "ask 1", "ask 2"],
        ["ask 3", "ask 4", "ask 5"],
      ]
    )
    #expect(embedder.calls.count == 3)
    #expect(
      corpus.embeddingPlan(batch: 4) == RunPlan.Embeddings(texts: 11, requests: 3, tokens: 22)
    )
    let again = ScriptedEmbedder()
    _ = try await store.embed(corpus, with: again)
    #expect(again.calls.isEmpty)
    let other = ScriptedEmbedder("other")
    _ = try await store.embed(corpus, with: other)
    #expect(other.calls.count == 3)
  }

  @Test func `what failed alone is asked for again, in the same lists`() async throws {
    let folder = try TemporaryFolder()
    let store = try RunStore(path: folder.path("run.db"))
    let failing = ScriptedEmbedder(fails: { $0 == 3 })
    await #expect(throws: CancellationError.self) {
      try await store.embed(corpus, with: failing)
    }
    let embedder = ScriptedEmbedder()
    _ = try await store.embed(corpus, with: embedder)
    #expect(embedder.calls.allSatisfy { failing.calls.contains($0) })
    #expect((1...2).contains(embedder.calls.count))
  }

  @Test func `refused texts are counted and have no vector`() async throws {
    let folder = try TemporaryFolder()
    let store = try RunStore(path: folder.path("run.db"))
    let odd = Corpus(
      train: corpus.train + [Example(id: "o", prompt: .text("odd"), completion: "x")],
      queries: corpus.queries
    )
    let refused = try #require(try await store.embed(odd, with: ScriptedEmbedder()))
    #expect(refused.count == 1 && refused.reason == "it is odd")
  }
}
