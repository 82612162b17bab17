package import Attribution
import Dispatch
import Kernels
import Runs

/// Block arithmetic on the kernels, on all processors.
package struct KernelArithmetic: BlockArithmetic {
  package init() {}

  package func perform(
    _ parts: Int,
    _ body: @Sendable (_ part: Int, _ worker: any BlockWorker) -> Void
  ) {
    DispatchQueue.concurrentPerform(iterations: parts) { body($0, Worker(scratch: Scratch())) }
  }

  private struct Worker: BlockWorker {
    let scratch: Scratch

    func multiply(rows: [Float], weights: [Float], depth: Int, into scores: inout [Float]) {
      scratch.multiply(rows: rows, weights: weights, depth: depth, into: &scores)
    }

    func raise(_ maxima: inout [Float], by scores: [Float]) { scratch.raise(&maxima, by: scores) }

    func count(_ scores: [Float], from lowest: Int32, in bins: inout [UInt32]) {
      scratch.count(scores, from: lowest, in: &bins)
    }

    func exceeding(_ floors: [Float], in scores: [Float]) -> [Int32] {
      scratch.exceeding(floors, in: scores)
    }
  }
}

extension RunRecord {
  /// The study of the run, with fast arithmetic.
  var study: Study { Study(self, arithmetic: KernelArithmetic()) }
}
