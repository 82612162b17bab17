internal import CKernels

/// Packing space for matrix products; one a thread.
package final class Scratch {
  /// The instruction set products made with this space use.
  package let set: InstructionSet
  fileprivate var left = Buffer(count: 0)
  fileprivate var right = Buffer(count: 0)
  fileprivate let edge: Buffer

  package init(_ set: InstructionSet = .best) {
    self.set = set
    edge = Buffer(count: set.tileRows * set.tileColumns)
  }
}

/// Depth of one packed block; the sum over each block is added to the result in order.
private let blockDepth = 256
/// Rows of the left factor packed at a time, a multiple of every tile height.
private let blockRows = 240

/// c = a·b, or c += a·b, with either factor transposed on demand.
///
/// Every element is one chain of multiply-adds over blocks of 256, whatever the shapes and
/// neighbours: its bits depend on its own row and column only.
///
/// - Parameters:
///   - a: m×k, or k×m when `transposingA`.
///   - b: k×n, or n×k when `transposingB`.
///   - c: m×n; must not overlap `a` or `b`.
///   - transposingA: Whether `a` is given transposed.
///   - transposingB: Whether `b` is given transposed.
///   - accumulating: Whether the product is added to `c` instead of replacing it.
///   - scratch: Packing space of the calling thread.
package func multiply(
  _ a: Matrix,
  _ b: Matrix,
  into c: Matrix,
  transposingA: Bool = false,
  transposingB: Bool = false,
  accumulating: Bool = false,
  scratch: Scratch
) {
  let m = c.rows
  let n = c.columns
  let k = transposingA ? a.rows : a.columns
  precondition((transposingA ? a.columns : a.rows) == m)
  precondition((transposingB ? b.columns : b.rows) == k)
  precondition((transposingB ? b.rows : b.columns) == n)
  product(
    rows: m,
    columns: n,
    depth: k,
    Factor(base: a.base, stride: a.stride, isTransposed: transposingA),
    Factor(base: b.base, stride: b.stride, isTransposed: transposingB),
    into: c.base,
    apart: c.stride,
    accumulating: accumulating,
    scratch: scratch
  )
}

/// A factor where it lies in memory.
private struct Factor {
  let base: UnsafePointer<Float>
  let stride: Int
  let isTransposed: Bool
}

/// c = a·b, or c += a·b, where shapes are known to fit; rows of c lie `apart` values apart.
private func product(
  rows m: Int,
  columns n: Int,
  depth k: Int,
  _ a: Factor,
  _ b: Factor,
  into c: UnsafeMutablePointer<Float>,
  apart: Int,
  accumulating: Bool,
  scratch: Scratch
) {
  if m == 0 || n == 0 { return }
  if k == 0 {
    if !accumulating { for row in 0..<m { (c + row * apart).update(repeating: 0, count: n) } }
    return
  }

  let set = scratch.set.table.pointee
  let height = set.tile_rows
  let width = set.tile_columns
  let strips = (n + width - 1) / width
  let depthMost = min(k, blockDepth)
  if scratch.right.count < strips * width * depthMost {
    scratch.right = Buffer(count: strips * width * depthMost)
  }
  let rowsMost = (min(m, blockRows) + height - 1) / height * height
  if scratch.left.count < rowsMost * depthMost {
    scratch.left = Buffer(count: rowsMost * depthMost)
  }
  let left = scratch.left.base
  let right = scratch.right.base
  let edge = scratch.edge.base

  for start in stride(from: 0, to: k, by: blockDepth) {
    let depth = min(blockDepth, k - start)
    let adds: Int32 = accumulating || start > 0 ? 1 : 0
    packStrips(
      from: b.isTransposed ? b.base + start : b.base + start * b.stride,
      stride: b.stride,
      across: b.isTransposed,
      count: n,
      depth: depth,
      width: width,
      into: right
    )
    for top in stride(from: 0, to: m, by: blockRows) {
      let rows = min(blockRows, m - top)
      packStrips(
        from: a.isTransposed
          ? a.base + start * a.stride + top : a.base + top * a.stride + start,
        stride: a.stride,
        across: !a.isTransposed,
        count: rows,
        depth: depth,
        width: height,
        into: left
      )
      for strip in 0..<strips {
        let column = strip * width
        let columns = min(width, n - column)
        let panel = right + strip * width * depth
        for row in stride(from: 0, to: rows, by: height) {
          let out = c + (top + row) * apart + column
          let height = min(height, rows - row)
          if height == set.tile_rows, columns == width {
            set.tile(depth, left + row * depth, panel, out, apart, adds)
            continue
          }
          set.tile(depth, left + row * depth, panel, edge, width, 0)
          for i in 0..<height {
            let from = edge + i * width
            let to = out + i * apart
            if adds == 1 {
              for j in 0..<columns { to[j] += from[j] }
            } else {
              to.update(from: from, count: columns)
            }
          }
        }
      }
    }
  }
}

extension Scratch {
  /// scores[i × W + j] = the product of row i with weight vector j.
  ///
  /// - Parameters:
  ///   - rows: M rows of `depth` values, one after another.
  ///   - weights: W vectors of `depth` values, one after another.
  ///   - depth: Values of a row or vector, at least 1.
  ///   - scores: M × W values to overwrite.
  package func multiply(
    rows: [Float],
    weights: [Float],
    depth: Int,
    into scores: inout [Float]
  ) {
    let (m, n) = (rows.count / depth, weights.count / depth)
    precondition(scores.count == m * n)
    rows.withUnsafeBufferPointer { rows in
      weights.withUnsafeBufferPointer { weights in
        scores.withUnsafeMutableBufferPointer { scores in
          guard let a = rows.baseAddress, let b = weights.baseAddress, let c = scores.baseAddress
          else { return }
          product(
            rows: m,
            columns: n,
            depth: depth,
            Factor(base: a, stride: depth, isTransposed: false),
            Factor(base: b, stride: depth, isTransposed: true),
            into: c,
            apart: n,
            accumulating: false,
            scratch: self
          )
        }
      }
    }
  }
}

/// Packs `count` lines into strips `width` wide: strip s holds, for each depth p, lines s·width….
///
/// A line is a row of the source when `across` (its depth runs along the row), else a column. The
/// last strip is filled up with zeros.
private func packStrips(
  from source: UnsafePointer<Float>,
  stride: Int,
  across: Bool,
  count: Int,
  depth: Int,
  width: Int,
  into target: UnsafeMutablePointer<Float>
) {
  var target = target
  for first in Swift.stride(from: 0, to: count, by: width) {
    let lines = min(width, count - first)
    if lines < width { target.update(repeating: 0, count: width * depth) }
    if across {
      packAcross(source + first * stride, stride, lines, depth, width, target)
    } else if lines == 32 {
      packBlocks(source + first, stride, depth, target, SIMD32<Float>.self)
    } else if lines == 16, width == 16 {
      packBlocks(source + first, stride, depth, target, SIMD16<Float>.self)
    } else {
      for p in 0..<depth {
        let from = source + p * stride + first
        let to = target + p * width
        for line in 0..<lines { to[line] = from[line] }
      }
    }
    target += width * depth
  }
}

/// Copies one full-width line a depth.
@inline(__always)
private func packBlocks<Block: SIMD>(
  _ source: UnsafePointer<Float>,
  _ stride: Int,
  _ depth: Int,
  _ target: UnsafeMutablePointer<Float>,
  _: Block.Type
) where Block.Scalar == Float {
  let bytes = MemoryLayout<Block>.size
  for p in 0..<depth {
    UnsafeMutableRawPointer(target + p * Block.scalarCount)
      .copyMemory(from: source + p * stride, byteCount: bytes)
  }
}

/// Transposes `lines` rows into a strip, four rows by four depths at a time.
private func packAcross(
  _ source: UnsafePointer<Float>,
  _ stride: Int,
  _ lines: Int,
  _ depth: Int,
  _ width: Int,
  _ target: UnsafeMutablePointer<Float>
) {
  var line = 0
  while line + 4 <= lines {
    let r0 = source + line * stride
    let r1 = r0 + stride
    let r2 = r1 + stride
    let r3 = r2 + stride
    for p in 0..<depth {
      let to = target + p * width + line
      UnsafeMutableRawPointer(to).storeBytes(
        of: SIMD4(r0[p], r1[p], r2[p], r3[p]),
        as: SIMD4<Float>.self
      )
    }
    line += 4
  }
  while line < lines {
    let row = source + line * stride
    for p in 0..<depth { target[p * width + line] = row[p] }
    line += 1
  }
}
