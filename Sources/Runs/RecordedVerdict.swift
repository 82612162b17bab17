public import Experiment
internal import FoundationEssentials
internal import Store

/// A verdict as a store keeps it: what was decided, about which queries, by which program.
public struct RecordedVerdict: Sendable, Hashable, Codable {
  /// What the queries show.
  public let behaviour: String
  /// Positions of the queries, ascending.
  public let queries: [Int]
  /// What was found.
  package(set) public var verdict: Verdict
  /// Trainings that were expected.
  public let planned: Int
  /// What the store's runs had spent by then, in US dollars; `nil` when unknown.
  public let dollars: Double?
  /// Version of the program that decided.
  public let program: String

  /// A verdict with what it is about.
  public init(
    behaviour: String,
    queries: [Int],
    verdict: Verdict,
    planned: Int,
    dollars: Double?,
    program: String
  ) {
    self.behaviour = behaviour
    self.queries = queries
    self.verdict = verdict
    self.planned = planned
    self.dollars = dollars
    self.program = program
  }
}

extension RunStore {
  /// Keeps a verdict in the place of the behaviour's last one, on the disk before this returns.
  ///
  /// - Parameter verdict: The verdict.
  /// - Throws: `RunError` of the store.
  public func keep(_ verdict: RecordedVerdict) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = RecordedVerdict.floats
    let record = String(decoding: try encoder.encode(verdict), as: UTF8.self)
    try storing { () throws(StoreError) in
      try database.keep(verdict: record, of: verdict.behaviour)
    }
  }
}

extension RunRecord {
  /// The last verdict on each behaviour, by behaviour; one that another version wrote and this one cannot read
  /// is left out.
  ///
  /// - Returns: The verdicts.
  /// - Throws: `RunError` of the store.
  public func verdicts() throws(RunError) -> [RecordedVerdict] {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf",
      negativeInfinity: "-inf",
      nan: "nan"
    )
    return try storing { () throws(StoreError) in try database.verdicts() }.compactMap {
      guard
        let read = try? decoder.decode(RecordedVerdict.self, from: Data($0.record.utf8)),
        read.areRows(of: corpus)
      else { return nil }
      return read
    }
  }
}

extension RecordedVerdict {
  fileprivate static var floats: JSONEncoder.NonConformingFloatEncodingStrategy {
    .convertToString(positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
  }

  /// Whether all positions are of the corpus's queries and rows.
  fileprivate func areRows(of corpus: Corpus) -> Bool {
    let rows = verdict.culprits + verdict.clusters.flatMap(\.cluster.rows)
    return queries.allSatisfy(corpus.queries.indices.contains)
      && (rows + (verdict.removal?.cluster.rows ?? []) + verdict.triage.flatMap(\.rows))
        .allSatisfy(corpus.train.indices.contains)
  }
}
