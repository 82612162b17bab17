import Statistics

extension Attributor {
  func halves(
    for profiles: [QueryProfile],
    draws: Int,
    seed: UInt64,
    isResampled: Bool,
    _ body: (_ first: [[Double]], _ second: [[Double]]) -> Void
  ) {
    let size = models / 2
    guard size >= estimator.minimumModels else { return }
    var generator = SplitMix64(seed: seed, stream: 1)
    func rankings(_ half: ArraySlice<Int>) -> [[Double]] {
      let half = Array(half)
      let rows = isResampled ? half.map { _ in half[generator.below(size)] } : half
      let fit = refit(rows: rows)
      return scores(weights(for: profiles, on: fit).vectors, on: fit)
    }
    for _ in 0..<draws {
      let order = generator.shuffled(Array(0..<models))
      let first = rankings(order[..<size])
      body(first, rankings(order[size..<2 * size]))
    }
  }
}
