import Glibc

func logarithm(_ x: Float) -> Float { logf(x) }

/// Moments of AdamW for one flat parameter buffer.
/// - SeeAlso: Loshchilov and Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
package final class AdamW {
  private let first: Buffer
  private let second: Buffer
  private var step = 0
  private let decay: Float
  private let beta1: Float = 0.9
  private let beta2: Float = 0.99

  /// Creates the state for `count` parameters.
  package init(count: Int, decay: Float) {
    first = Buffer(count: count)
    second = Buffer(count: count)
    self.decay = decay
  }

  /// One update: `gradient` is multiplied by `scale` (clipping) before use.
  package func update(
    _ parameters: Buffer,
    gradient: Buffer,
    scale: Float,
    learningRate: Float
  ) {
    precondition(parameters.count == first.count && gradient.count == first.count)
    step += 1
    let correction1 = 1 / (1 - powf(beta1, Float(step)))
    let correction2 = 1 / (1 - powf(beta2, Float(step)))
    let w = parameters.base
    let g = gradient.base
    let m = first.base
    let v = second.base
    let keep = 1 - learningRate * decay
    let (b1, b2) = (beta1, beta2)
    for i in 0..<parameters.count {
      let gi = g[i] * scale
      let mi = b1 * m[i] + (1 - b1) * gi
      let vi = b2 * v[i] + (1 - b2) * gi * gi
      m[i] = mi
      v[i] = vi
      w[i] =
        keep * w[i]
        - learningRate * mi * correction1 / ((vi * correction2).squareRoot() + 1e-8)
    }
  }
}

/// target += source, all values; counts must agree.
package func add(_ source: Buffer, to target: Buffer) {
  precondition(source.count == target.count)
  for i in 0..<source.count { target.base[i] += source.base[i] }
}
