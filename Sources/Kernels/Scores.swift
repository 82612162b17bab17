internal import CKernels

extension Scratch {
  /// Raises each of W maxima to the highest of its column of scores; W is a multiple of 16.
  package func raise(_ maxima: inout [Float], by scores: [Float]) {
    let columns = maxima.count
    precondition(columns > 0 && columns % 16 == 0 && scores.count % columns == 0)
    maxima.withUnsafeMutableBufferPointer { maxima in
      scores.withUnsafeBufferPointer { scores in
        guard let most = maxima.baseAddress, let base = scores.baseAddress else { return }
        set.table.pointee.raise(scores.count / columns, columns, base, most)
      }
    }
  }

  /// Counts scores by their bits shifted right by 15, less `lowest`, in 4,096 bins.
  ///
  /// A score beyond an end, and any that is not above 0, counts in the bin there. The number of scores
  /// is a multiple of 16.
  package func count(_ scores: [Float], from lowest: Int32, in bins: inout [UInt32]) {
    precondition(bins.count == Int(CKERNELS_BINS) && scores.count % 16 == 0)
    bins.withUnsafeMutableBufferPointer { bins in
      scores.withUnsafeBufferPointer { scores in
        guard let counts = bins.baseAddress, let base = scores.baseAddress else { return }
        set.table.pointee.count(scores.count, base, lowest, counts)
      }
    }
  }

  /// The places, row after row, of scores above the floors of their columns; W floors, a multiple of 16.
  package func exceeding(_ floors: [Float], in scores: [Float]) -> [Int32] {
    let columns = floors.count
    precondition(columns > 0 && columns % 16 == 0 && scores.count % columns == 0)
    return [Int32](unsafeUninitializedCapacity: scores.count) { places, count in
      floors.withUnsafeBufferPointer { floors in
        scores.withUnsafeBufferPointer { scores in
          guard let least = floors.baseAddress, let base = scores.baseAddress,
            let found = places.baseAddress
          else { return }
          count = set.table.pointee.exceeding(scores.count / columns, columns, base, least, found)
        }
      }
    }
  }
}
