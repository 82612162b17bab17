public import Experiment
import Statistics

extension Study {
  /// The highest-scoring examples for single queries or one group, with all they rest on.
  ///
  /// - Parameters:
  ///   - ids: Queries by id; all when empty.
  ///   - grouped: Whether they are asked as one.
  ///   - top: Length of each list.
  ///   - method: How to score.
  ///   - seed: Seed of the bootstrap and of the shuffles behind chance lines.
  /// - Returns: One value a query or group. Where its losses do not vary, the list is empty and
  ///   `reason` says so.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  public func findings(
    queries ids: [String] = [],
    grouped: Bool = false,
    top: Int = 20,
    method: Method = Method(),
    seed: UInt64 = 0
  ) throws -> [QueryFindings] {
    try findings(
      queries: ids,
      grouped: grouped,
      top: top,
      method: method,
      seed: seed,
      index: TextIndex(corpus.train),
      phrases: PhraseIndex(corpus.train)
    )
  }

  /// The same with indexes of the training rows that were made before.
  func findings(
    queries ids: [String],
    grouped: Bool,
    top: Int,
    method: Method = Method(),
    seed: UInt64,
    index: TextIndex,
    phrases: PhraseIndex
  ) throws -> [QueryFindings] {
    let positions = try positions(ids)
    let prepared = try prepare(method, for: positions, grouped: grouped)
    let attributor = prepared.attributor
    let profiles = profiles(of: positions, grouped: grouped, method, attributor)
    try requireMeasurable(profiles, prepared)
    let whole = try wholeLosses(for: profiles, prepared)
    let lists = try attributor.top(top, for: profiles)
    let samples = attributor.samples(
      of: lists.map { $0.map(\.example) },
      for: profiles,
      draws: 200,
      seed: seed
    )
    let chances = chances(of: profiles, attributor, seed: seed)
    let notMeasurable = attributor.measurable.count { !$0 } - leftOut
    return profiles.indices.map { place in
      let profile = profiles[place]
      let queries = profile.members.map { corpus.queries[$0] }
      let shared = SharedWords(of: queries, index: index)
      return QueryFindings(
        query: profile.name,
        queries: queries.count,
        text: profile.isGroup ? nil : queries.first.map(oneLine),
        estimator: attributor.name,
        reason: attributor.isMeasurable(profile)
          ? prepared.reason
          : "not measurable: " + obstacle(to: profile, prepared, whole: whole),
        chance: chances[place],
        examples: lists[place].enumerated().map { rank, entry in
          let example = corpus.train[entry.example]
          return RankedExample(
            rank: rank + 1,
            id: example.id,
            score: entry.score,
            interval: attributor.interval(of: samples[place][rank]),
            tags: example.tags,
            text: oneLine(example),
            sharedWords: shared.found(in: example)
          )
        },
        evidence: TextEvidence(
          top: lists[place].map(\.example),
          queries: queries,
          train: corpus.train,
          index: index,
          phrases: phrases
        ),
        reliability: Reliability(
          models: attributor.models,
          planned: planned,
          signalToNoise: prepared.noise?.signalToNoise,
          repeats: prepared.noise?.pairs ?? 0,
          stability: chances[place].line.flatMap { stability(of: samples[place], $0) },
          notMeasurable: notMeasurable,
          missing: prepared.missing,
          censored: prepared.censored,
          sampling: sampling,
          candidates: candidates?.all.count,
          commonShare: prepared.common?.share
        ),
        audit: candidates?.audited(
          attributor.rankings(for: [profile])[0],
          measurable: attributor.measurable,
          top: top
        )
      )
    }
  }
}

/// Share of draws in which a row above the line stays above it, the mean over such rows of a list.
///
/// - Parameters:
///   - samples: The scores of each row of the list under each draw, best row first.
///   - chance: The line.
/// - Returns: `nil` where no row is above, or nothing was drawn.
private func stability(of samples: [[Double]], _ chance: ChanceLine) -> Double? {
  let shares = samples.prefix(chance.above).filter { !$0.isEmpty }.map { draws in
    Double(draws.count { $0 > chance.line }) / Double(draws.count)
  }
  return shares.isEmpty ? nil : mean(of: shares)
}

/// Prompt and completion as one line, white space collapsed.
private func oneLine(_ example: Example) -> String {
  func collapsed(_ text: String) -> String {
    text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  }
  return collapsed(example.prompt.text) + " → " + collapsed(example.completion)
}

/// The words that a query, or at least half of a group, would share with a row.
private struct SharedWords {
  /// Each word with the number of training rows that hold it.
  private let frequencies: [ByteText: Int]

  /// Collects the queries' words but those that more than a quarter of the training rows hold.
  init(of queries: [Example], index: TextIndex) {
    var counts: [ByteText: Int] = [:]
    for query in queries {
      for word in Set(words(of: query.prompt.text).map { ByteText($0.lowercased()) }) {
        counts[word, default: 0] += 1
      }
    }
    var frequencies: [ByteText: Int] = [:]
    for (word, count) in counts where 2 * count >= queries.count {
      let rows = index.frequency(of: word.text)
      if rows > 0, 4 * rows <= index.documents { frequencies[word] = rows }
    }
    self.frequencies = frequencies
  }

  /// At most eight of them, as the row writes them, rarest first.
  func found(in example: Example) -> [String] {
    var seen: Set<ByteText> = []
    let found = words(of: example.prompt.text).compactMap { word in
      let key = ByteText(word.lowercased())
      return frequencies[key].flatMap { rows in
        seen.insert(key).inserted ? (word: String(word), rows: rows) : nil
      }
    }
    return found.sorted { $0.rows != $1.rows ? $0.rows < $1.rows : $0.word.precedes($1.word) }
      .prefix(8).map(\.word)
  }
}
