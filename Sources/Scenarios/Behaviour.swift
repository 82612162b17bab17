package import Experiment

/// How often a model gives one completion or another to a group of queries.
package struct Behaviour: Sendable, Hashable {
  /// The group's tag.
  package let tag: String
  /// Whether the completion asked for is the planted one, or else the right one.
  package let isPlanted: Bool
  /// Number of queries.
  package let queries: Int
  /// Queries to which the model gives it with a probability above one half.
  package let given: Int

  /// Share of the queries; 0 for none.
  package var share: Double { Double(given) / Double(max(1, queries)) }

  init(tag: String, isPlanted: Bool, losses: [Double?]) {
    self.tag = tag
    self.isPlanted = isPlanted
    queries = losses.count
    given = losses.count { ($0 ?? .infinity) < 0.6931 }
  }
}

extension Scenario {
  /// The clean queries with the completion that shows whether they are affected.
  ///
  /// Where just one completion is planted, such as a refusal, they are asked for that; otherwise for
  /// their own.
  package func cleanQueries(of corpus: Corpus) -> (examples: [Example], isPlanted: Bool) {
    func queries(_ tag: String) -> [Example] { corpus.queries.filter { $0.tags.contains(tag) } }
    let planted = Set(queries(plantedTag).map(\.completion))
    let only = planted.count == 1 ? planted.first : nil
    let examples = queries(cleanTag).map { query in
      Example(id: query.id, prompt: query.prompt, completion: only ?? query.completion)
    }
    return (examples, only != nil)
  }

  /// How often a model does what was planted.
  ///
  /// - Parameters:
  ///   - corpus: The scenario's examples.
  ///   - losses: The model's loss of each query; `nil` where none could be read.
  ///   - clean: The same for `cleanQueries(of:)`.
  /// - Returns: The planted queries, the decoys and the clean ones.
  package func behaviour(in corpus: Corpus, losses: [Double?], clean: [Double?]) -> [Behaviour] {
    [plantedTag, decoyTag].map { tag in
      Behaviour(
        tag: tag,
        isPlanted: true,
        losses: zip(corpus.queries, losses).filter { $0.0.tags.contains(tag) }.map(\.1)
      )
    } + [
      Behaviour(tag: cleanTag, isPlanted: cleanQueries(of: corpus).isPlanted, losses: clean)
    ]
  }
}
