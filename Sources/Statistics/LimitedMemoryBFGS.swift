/// Minimises a smooth function from its values and gradients.
/// - SeeAlso: Liu and Nocedal, "On the limited memory BFGS method for large scale optimization", 1989.
public struct LimitedMemoryBFGS: Sendable, Hashable {
  /// Pairs of steps and gradient changes that are kept.
  public var memory: Int
  /// Largest absolute component of the gradient that counts as zero.
  public var tolerance: Double
  /// Most iterations.
  public var iterations: Int

  /// A minimiser that keeps `memory` pairs of steps and ends at a gradient of norm `tolerance`.
  public init(memory: Int = 10, tolerance: Double = 1e-8, iterations: Int = 1000) {
    self.memory = memory
    self.tolerance = tolerance
    self.iterations = iterations
  }

  /// Where a minimisation ended.
  public struct Minimum: Sendable {
    /// The point.
    public let point: [Double]
    /// The function's value there.
    public let value: Double
    /// Largest absolute component of the gradient there.
    public let slope: Double
    /// How often the function was evaluated.
    public let evaluations: Int
  }

  /// Descends until the gradient vanishes.
  ///
  /// - Parameters:
  ///   - start: First point.
  ///   - preconditioner: An approximate inverse Hessian applied to a vector; `nil` for a multiple of
  ///     the identity that follows the curvature met so far.
  ///   - function: Value and gradient at a point.
  /// - Returns: The last point; `slope` is above `tolerance` when it could not get lower.
  public func minimise(
    from start: [Double],
    preconditioner: (([Double]) -> [Double])? = nil,
    _ function: ([Double]) -> (value: Double, gradient: [Double])
  ) -> Minimum {
    var point = start
    var (value, gradient) = function(point)
    var evaluations = 1
    var pairs: [(step: [Double], change: [Double], curvature: Double)] = []
    for _ in 0..<iterations {
      guard largest(gradient) > tolerance else { break }
      var direction = descent(gradient, pairs, preconditioner)
      var slope = dot(direction, gradient)
      if !(slope < 0) {
        pairs = []
        direction = gradient.map { -$0 }
        slope = dot(direction, gradient)
      }
      // The first step has no scale of its own yet.
      var length = pairs.isEmpty && preconditioner == nil ? min(1, 1 / (-slope).squareRoot()) : 1
      var next = point
      var reached = (value: Double.infinity, gradient: gradient)
      var isLower = false
      for _ in 0..<40 {
        for index in next.indices { next[index] = point[index] + length * direction[index] }
        reached = function(next)
        evaluations += 1
        // Near the minimum values agree to rounding, and only gradients still tell.
        let rounding = 1e-15 * abs(value)
        if reached.value <= value + 1e-4 * length * slope + rounding {
          isLower = true
          break
        }
        // The minimum of the parabola through both values, kept away from the ends.
        let parabola = -slope * length / (2 * (reached.value - value - slope * length))
        length *= reached.value.isFinite ? min(0.5, max(0.1, parabola * length)) : 0.1
      }
      guard isLower else { break }
      let step = zip(next, point).map { $0 - $1 }
      let change = zip(reached.gradient, gradient).map { $0 - $1 }
      let curvature = dot(step, change)
      if curvature > 1e-12 * dot(change, change).squareRoot() * dot(step, step).squareRoot() {
        pairs.append((step, change, curvature))
        if pairs.count > memory { pairs.removeFirst() }
      }
      (point, value, gradient) = (next, reached.value, reached.gradient)
    }
    return Minimum(
      point: point,
      value: value,
      slope: largest(gradient),
      evaluations: evaluations
    )
  }

  /// The two-loop recursion: minus the approximate inverse Hessian times the gradient.
  private func descent(
    _ gradient: [Double],
    _ pairs: [(step: [Double], change: [Double], curvature: Double)],
    _ preconditioner: (([Double]) -> [Double])?
  ) -> [Double] {
    var direction = gradient.map { -$0 }
    var factors = [Double](repeating: 0, count: pairs.count)
    for (index, pair) in pairs.enumerated().reversed() {
      factors[index] = dot(pair.step, direction) / pair.curvature
      add(pair.change, times: -factors[index], to: &direction)
    }
    if let preconditioner {
      direction = preconditioner(direction)
    } else if let last = pairs.last {
      let scale = last.curvature / dot(last.change, last.change)
      for place in direction.indices { direction[place] *= scale }
    }
    for (index, pair) in pairs.enumerated() {
      let factor = factors[index] - dot(pair.change, direction) / pair.curvature
      add(pair.step, times: factor, to: &direction)
    }
    return direction
  }

  private func largest(_ values: [Double]) -> Double {
    var most = 0.0
    for value in values where abs(value) > most { most = abs(value) }
    return most
  }
}
