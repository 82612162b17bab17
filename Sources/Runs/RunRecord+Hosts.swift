public import Experiment
internal import Store

extension RunRecord {
  /// What a run has spent, in US dollars.
  public struct Spent: Sendable, Hashable {
    /// Tokens trained on.
    public let trainingTokens: Int
    /// Dollars for training.
    public let training: Double
    /// Tokens read.
    public let scoringTokens: Int
    /// Dollars for reading losses.
    public let scoring: Double
    /// Dollars for keeping models open.
    public let hosting: Double

    /// All of it.
    public var dollars: Double { training + scoring + hosting }

    init(_ amounts: [Spending]) {
      func sum(_ kind: Spending.Kind) -> (tokens: Int, dollars: Double) {
        amounts.filter { $0.kind == kind }.reduce((0, 0)) { ($0.0 + $1.tokens, $0.1 + $1.dollars) }
      }
      (trainingTokens, training) = sum(.training)
      (scoringTokens, scoring) = sum(.scoring)
      hosting = sum(.hosting).dollars
    }
  }

  /// Keys of all jobs that this store asked a trainer for, those of other runs and of models that are not in
  /// use included.
  ///
  /// A key says what a job is, so another store's jobs may have it, too: what this one never asked for is
  /// none of its own.
  /// - Throws: `RunError` of the store.
  public func askedJobs() throws(RunError) -> [String] {
    try storing { () throws(StoreError) in try database.askedJobs() }
  }

  /// What the run made at hosts and has not deleted, oldest first.
  ///
  /// - Returns: The resources.
  /// - Throws: `RunError` of the store.
  public func resources() throws(RunError) -> [RemoteResource] {
    try storing { () throws(StoreError) in try database.resources(job: nil) }
  }

  /// How many exchanges with hosts are recorded.
  ///
  /// - Returns: Their number.
  /// - Throws: `RunError` of the store.
  public func exchanges() throws(RunError) -> Int {
    try storing { () throws(StoreError) in try database.exchangeCount() }
  }
}
