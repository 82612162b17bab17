import Experiment

extension Study {
  /// Estimator, losses and noise where each model is a step on queries.
  ///
  /// - Parameters:
  ///   - method: How to score.
  ///   - positions: The queries.
  ///   - grouped: Whether they are asked as one.
  /// - Returns: What to score with.
  /// - Throws: `AttributionError`, or what the source of the losses throws.
  func prepareMirrored(
    _ method: Method,
    for positions: [Int],
    grouped: Bool
  ) throws -> Preparation {
    guard method.centring == nil, method.control == nil else {
      throw AttributionError(
        .unknownEstimator,
        "cannot centre scores of mirrored jobs",
        cause: "they are differences of losses already",
        hint: "leave out --centre and --control"
      )
    }
    let estimator: Mirroring.Estimator
    let reason: String?
    switch method.estimator {
    case .auto:
      (estimator, reason) = Mirroring.Estimator.recommended(
        others: Mirroring.others(in: design, asked: positions, grouped: grouped),
        in: design
      )
    case .mirror(let named): (estimator, reason) = (named, nil)
    case .named, .probing:
      throw AttributionError(
        .unknownEstimator,
        "cannot use estimator '\(method.estimator.name)'",
        cause: "mirrored jobs draw no subsets whose losses it could compare",
        hint: "choose one of \(EstimatorRequest.names(for: .mirrors))"
      )
    }
    let (attributor, matrix, noise) = try mirroring(estimator, view: method.view ?? .sum)
    return Preparation(
      attributor: attributor,
      reason: reason,
      missing: attributor.missing - leftOut * matrix.models.count,
      censored: matrix.censored,
      noise: noise,
      common: nil,
      losses: nil
    )
  }

  /// The scores of a mirror run through a view, with the losses and the noise they rest on.
  func mirroring(
    _ estimator: Mirroring.Estimator,
    view: LossView
  ) throws -> (Mirroring, losses: LossMatrix, noise: NoiseFloor?) {
    let matrix = try losses(view)
    try require(matrix)
    let noise = NoiseFloor(repeats: try repeats(view), losses: matrix)
    let mirroring = try Mirroring(
      losses: matrix,
      design: design,
      estimator: estimator,
      noise: noise?.deviation
    )
    return (mirroring, matrix, noise)
  }
}
