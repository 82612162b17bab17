import Experiment

extension Proof {
  /// How many models a proof trains, before any is.
  ///
  /// - Returns: `likely`, where the first cluster alone is the cause; `most`, where every cluster is one by
  ///   itself. Noise may ask for further pairs.
  public func forecast() -> (likely: Int, most: Int) {
    (count(guilty: clusters.prefix(1)), count(guilty: clusters[...]))
  }

  /// The models of a proof in which each of some clusters suffices for the behaviour.
  private func count(guilty: ArraySlice<SuspectCluster>) -> Int {
    var proof = self
    proof.settings.jobs = nil
    proof.settings.paid = []
    var readings: [Removal: [Double?]] = [:]
    // Each step asks for models that were not read before, so it ends.
    while case .train(let wanted) = proof.step(readings, target: [0]) {
      for removal in wanted {
        let away = Set(removal.rows)
        readings[removal] = [guilty.contains { $0.rows.contains { !away.contains($0) } } ? 0 : 10]
      }
    }
    return readings.count - (readings[base] == nil ? 0 : 1)
  }
}
