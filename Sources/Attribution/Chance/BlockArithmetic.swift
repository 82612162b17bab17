/// The arithmetic behind chance lines: blocks of scores in single precision.
///
/// A block holds the scores of M rows under W weight vectors, row after row; W is a multiple of 16.
public protocol BlockArithmetic: Sendable {
  /// Runs parts of the work, as many at a time as it likes, each with a worker of its own.
  func perform(_ parts: Int, _ body: @Sendable (_ part: Int, _ worker: any BlockWorker) -> Void)
}

/// What one thread does with a block of scores.
public protocol BlockWorker {
  /// scores[i × W + j] = the product of row i with weight vector j.
  ///
  /// The bits of a product must depend on its row and its vector alone.
  /// - Parameters:
  ///   - rows: M rows of `depth` values, one after another.
  ///   - weights: W vectors of `depth` values, one after another.
  ///   - depth: Values of a row or vector, at least 1.
  ///   - scores: M × W values to overwrite.
  func multiply(rows: [Float], weights: [Float], depth: Int, into scores: inout [Float])

  /// Raises each of W maxima to the highest of its column of scores.
  func raise(_ maxima: inout [Float], by scores: [Float])

  /// Counts each score in the bin of its bits shifted right by 15, less `lowest`, or in the first or last
  /// of the 4,096 bins where it is beyond them; scores that are not above 0 count in the first.
  func count(_ scores: [Float], from lowest: Int32, in bins: inout [UInt32])

  /// The places, row after row, of scores above the floors of their columns; W floors.
  func exceeding(_ floors: [Float], in scores: [Float]) -> [Int32]
}

/// Block arithmetic in plain Swift, on the calling thread.
public struct PlainArithmetic: BlockArithmetic {
  /// Nothing has to be set up.
  public init() {}

  /// Runs the parts one after another.
  public func perform(
    _ parts: Int,
    _ body: @Sendable (_ part: Int, _ worker: any BlockWorker) -> Void
  ) {
    for part in 0..<parts { body(part, PlainWorker()) }
  }
}

private struct PlainWorker: BlockWorker {
  func multiply(rows: [Float], weights: [Float], depth: Int, into scores: inout [Float]) {
    let width = weights.count / depth
    for row in 0..<rows.count / depth {
      for vector in 0..<width {
        var sum: Float = 0
        for place in 0..<depth {
          sum += rows[row * depth + place] * weights[vector * depth + place]
        }
        scores[row * width + vector] = sum
      }
    }
  }

  func raise(_ maxima: inout [Float], by scores: [Float]) {
    for first in stride(from: 0, to: scores.count, by: maxima.count) {
      for vector in maxima.indices {
        maxima[vector] = max(maxima[vector], scores[first + vector])
      }
    }
  }

  func count(_ scores: [Float], from lowest: Int32, in bins: inout [UInt32]) {
    for score in scores { bins[ScoreBins.bin(of: score, from: lowest)] += 1 }
  }

  func exceeding(_ floors: [Float], in scores: [Float]) -> [Int32] {
    scores.indices.filter { scores[$0] > floors[$0 % floors.count] }.map(Int32.init)
  }
}
