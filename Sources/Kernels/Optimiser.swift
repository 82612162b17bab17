internal import CKernels
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
    learningRate: Float,
    set: InstructionSet = .best
  ) {
    precondition(parameters.count == first.count && gradient.count == first.count)
    step += 1
    let factors = ckernels_adamw(
      scale: scale,
      beta1: beta1,
      beta2: beta2,
      keep: 1 - learningRate * decay,
      step: learningRate / (1 - powf(beta1, Float(step))),
      root: 1 / (1 - powf(beta2, Float(step)))
    )
    set.table.pointee.adamw(
      parameters.base,
      gradient.base,
      first.base,
      second.base,
      parameters.count,
      factors
    )
  }
}

/// target += source, all values; counts must agree.
package func add(_ source: Buffer, to target: Buffer) {
  precondition(source.count == target.count)
  for i in 0..<source.count { target.base[i] += source.base[i] }
}
