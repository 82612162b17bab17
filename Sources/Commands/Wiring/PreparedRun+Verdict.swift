import Experiment
import Reports
import Runs

extension PreparedRun {
  /// Keeps a verdict in the store and shows it: how every command that proves something ends.
  ///
  /// - Parameters:
  ///   - verdict: What was decided.
  ///   - behaviour: What the queries show.
  ///   - queries: Their positions.
  ///   - planned: Trainings that were expected.
  ///   - display: Where it is shown.
  ///   - open: The store.
  /// - Returns: The exit status.
  /// - Throws: `RunError` of the store, `ConsoleError`.
  func conclude(
    _ verdict: Verdict,
    of behaviour: String,
    queries: [Int],
    planned: Int,
    _ display: Display,
    writing open: RunStore
  ) throws -> Int32 {
    let dollars = try RunRecord(path: store).spending?.dollars
    try open.keep(
      RecordedVerdict(
        behaviour: behaviour,
        queries: queries,
        verdict: verdict,
        planned: planned,
        dollars: dollars,
        program: Tool.version
      )
    )
    try display.show(
      Page(verdict, of: behaviour, queries: queries.count),
      json: Records.verdict(verdict, corpus: corpus, planned: planned, dollars: dollars)
    )
    return verdict.finding == .notResolved ? Failure.Status.partial.rawValue : 0
  }
}
