public import Attribution
public import Experiment
internal import Store

extension RunStore {
  /// Embeds the prompts of a corpus as far as the store lacks them.
  ///
  /// Equal texts are embedded once. Requests are cut where they always were, so that a resumed run and a
  /// replay ask for the very same ones.
  ///
  /// - Parameters:
  ///   - corpus: Training rows and queries.
  ///   - embedder: What embeds.
  /// - Returns: Why texts were refused: the first reason and how many, or `nil` for none.
  /// - Throws: `RunError`, what the embedder throws, `CancellationError`.
  public func embed(
    _ corpus: Corpus,
    with embedder: any Embedder
  ) async throws -> (count: Int, reason: String)? {
    var known = try storing { () throws(StoreError) in
      try database.embeddings(of: embedder.model)
    }
    let texts = corpus.embeddedTexts
    let size = max(1, embedder.batch)
    let batches = stride(from: 0, to: texts.count, by: size)
      .map { Array(texts[$0..<min($0 + size, texts.count)]) }
      .filter { batch in !batch.allSatisfy { known[Self.digest($0)] != nil } }
    // The model counts as used although nothing is asked for.
    try keep([], of: embedder)
    let fresh = try await withThrowingTaskGroup(of: [(String, Embedding)].self) { group in
      var open = batches.makeIterator()
      func ask(_ batch: [String]) {
        group.addTask {
          let found = try await embedder.embed(batch)
          guard found.count == batch.count else {
            throw RunError(
              .provider,
              "cannot embed with '\(embedder.model)': \(batch.count) texts got \(found.count) answers"
            )
          }
          let entries = zip(batch, found).map { (Self.digest($0), $1) }
          try self.keep(entries, of: embedder)
          return entries
        }
      }
      for _ in 0..<max(1, embedder.concurrency) { open.next().map(ask) }
      var fresh: [(String, Embedding)] = []
      while let entries = try await group.next() {
        fresh += entries
        open.next().map(ask)
      }
      return fresh
    }
    for (text, embedding) in fresh { known[text] = embedding }
    let refused = texts.compactMap { text -> String? in
      guard case .refused(let reason) = known[Self.digest(text)] else { return nil }
      return reason
    }
    return refused.first.map { (refused.count, $0) }
  }

  private func keep(
    _ entries: [(String, Embedding)],
    of embedder: any Embedder
  ) throws(RunError) {
    try storing { () throws(StoreError) in
      try database.add(entries.map { (text: $0.0, embedding: $0.1) }, of: embedder.model)
    }
  }

  static func digest(_ text: String) -> String {
    var digest = Digest()
    digest.update(text)
    return digest.description
  }
}

extension RunRecord {
  /// The embeddings of the run's prompts under the model used last.
  ///
  /// A text that the host refused has none.
  ///
  /// - Returns: `nil` unless every prompt was asked for.
  /// - Throws: `RunError` of the store.
  public func embeddings() throws(RunError) -> EmbeddedCorpus? {
    let known = try storing { () throws(StoreError) in try database.embeddings(of: nil) }
    func vectors(_ examples: [Example]) -> [[Float]?]? {
      var vectors: [[Float]?] = []
      for example in examples {
        guard let text = example.embeddedText else {
          vectors.append(nil)
          continue
        }
        guard let embedding = known[RunStore.digest(text)] else { return nil }
        vectors.append(embedding.vector)
      }
      return vectors
    }
    guard !known.isEmpty, let train = vectors(corpus.train), let queries = vectors(corpus.queries)
    else { return nil }
    let lengths = Set((train + queries).compactMap { $0?.count })
    return lengths.count == 1 ? EmbeddedCorpus(train: train, queries: queries) : nil
  }
}

extension Corpus {
  /// The different prompts that are embedded, in order of first appearance.
  var embeddedTexts: [String] {
    var seen: Set<ByteText> = []
    return (train + queries).compactMap(\.embeddedText).filter {
      seen.insert(ByteText($0)).inserted
    }
  }

  /// What embedding the prompts asks for, nothing being known yet; tokens are estimated at four bytes each.
  ///
  /// - Parameter batch: Texts a call may have.
  /// - Returns: The counts.
  public func embeddingPlan(batch: Int) -> RunPlan.Embeddings {
    let texts = embeddedTexts
    return RunPlan.Embeddings(
      texts: texts.count,
      requests: (texts.count + batch - 1) / max(1, batch),
      tokens: texts.reduce(0) { $0 + $1.utf8.count / 4 + 1 }
    )
  }
}

extension Example {
  /// The prompt; `nil` where it has nothing that could be embedded.
  fileprivate var embeddedText: String? {
    let text = prompt.text
    return text.allSatisfy(\.isWhitespace) ? nil : text
  }
}
