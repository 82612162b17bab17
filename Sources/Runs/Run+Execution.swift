public import Experiment
internal import Store

extension Run {
  /// Does all that is still to be done: θ0 first, then the perturbed models side by side.
  ///
  /// Trainings and readings have their own limits: as many trainings at once as the settings and the
  /// trainer allow, as many models open for reading losses as the scorer allows; a trained model goes on to
  /// be read without holding up the next training. Every answer is recorded as it arrives. A model
  /// whose training or reading fails is recorded with its reason and the run goes on without it; a
  /// failure of θ0, of the store, or one that the provider calls lasting, ends it and cancels what is
  /// under way. A cap that the next paid act would exceed ends it too, once what is under way, and
  /// paid for, is recorded.
  ///
  /// - Parameter observer: Told what happens, from any thread.
  /// - Returns: Where the run stands at its end: `complete`, or `partial` when a model failed.
  /// - Throws: `CancellationError` when cancelled, with every answer so far recorded;
  ///   `RunError` of the store or with code `budget`; the provider's own error when θ0 could not
  ///   be made or read, or when it is lasting.
  public func execute(
    observer: @escaping @Sendable (RunEvent) -> Void = { _ in }
  ) async throws -> RunStatus {
    try storing { () throws(StoreError) in try database.setEnded(false, run: number) }
    let standing = try self.standing()
    let session = RunSession(
      run: self,
      standing: standing,
      monitor: RunMonitor(
        standing.models,
        corpus: corpus,
        settings: settings,
        dollars: standing.dollars,
        observer: observer
      )
    )
    do {
      try await session.work(standing.models)
    } catch {
      // What was answered stays recorded; the error that ended the run says more than one of this.
      try? store.flush()
      throw error
    }
    try storing { () throws(StoreError) in try database.setEnded(true, run: number) }
    try store.flush()
    return try RunStatus(
      try self.standing(),
      corpus: corpus,
      settings: settings,
      isWorkedOn: true
    ).explained(by: database, run: number, corpus)
  }
}
