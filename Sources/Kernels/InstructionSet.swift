internal import CKernels

/// The loops compiled for one instruction set, chosen when the program starts.
///
/// Sets with fused multiply-add (AVX2, AVX-512) give the same bits; the generic one rounds more often.
package struct InstructionSet: Sendable {
  // The tables are constants of the C target: never written, never freed.
  nonisolated(unsafe) let table: UnsafePointer<ckernels_set>

  /// Every set this processor runs, best first; never empty.
  package static let supported: [InstructionSet] = (0..<3).compactMap { index in
    ckernels_supported(Int32(index)).map { InstructionSet(table: $0) }
  }

  /// The best set this processor runs.
  package static let best = supported[0]

  /// Its name: `avx512`, `avx2` or `generic`.
  package var name: String { String(cString: table.pointee.name) }

  var tileRows: Int { table.pointee.tile_rows }
  var tileColumns: Int { table.pointee.tile_columns }
}
