/// Bins of a histogram of scores above 0, 256 for each doubling.
///
/// A bin is the upper bits of a float, whose order as integers is that of the floats: a higher score is
/// never in a lower bin.
struct ScoreBins: Sendable {
  /// Number of bins, 16 doublings.
  static let count = 4096
  private static let shift: Int32 = 15

  /// Bits of the first bin.
  let lowest: Int32

  /// Bins whose last one holds a score that no other exceeds.
  init(highest: Float) {
    lowest = Int32(bitPattern: max(highest, 1e-20).bitPattern) >> Self.shift - Int32(Self.count - 1)
  }

  /// The bin of a score.
  func bin(of score: Float) -> Int { Self.bin(of: score, from: lowest) }

  /// The least score of a bin.
  func edge(of bin: Int) -> Float {
    Float(bitPattern: UInt32(bitPattern: (lowest + Int32(bin)) << Self.shift))
  }

  /// The bin of a score, counted from the bits of the first.
  static func bin(of score: Float, from lowest: Int32) -> Int {
    Int(min(max(Int32(bitPattern: score.bitPattern) >> shift &- lowest, 0), Int32(count - 1)))
  }
}
