import Kernels

/// One thread's forward and backward pass over a batch of tokens.
///
/// The last block computes queries, attention output and MLP only where a token is predicted; the
/// rest of the prompt only gives it keys and values.
final class Pass {
  /// What one block keeps for its backward pass.
  ///
  /// `rows` counts below are those it computes outputs for.
  private struct Kept {
    let x: Matrix, inverse: Matrix, h: Matrix
    let hq: Matrix, q: Matrix, kv: Matrix, weights: [Matrix], o: Matrix
    let middle: Matrix, middleInverse: Matrix, middleH: Matrix
    let u: Matrix, a: Matrix
  }

  private let arena = Arena()
  private let scratch: Scratch
  private var set: InstructionSet { scratch.set }

  init(_ set: InstructionSet = .best) { scratch = Scratch(set) }

  /// What a pass over a batch ends with; `h` and `logits` have one row a predicting position.
  private struct Output {
    let kept: [Kept]
    let x: Matrix, inverse: Matrix, h: Matrix, logits: Matrix
  }

  private func output(_ model: Transformer, _ batch: TokenBatch) -> Output {
    arena.reset()
    let layout = Layout(model.architecture)
    let d = model.architecture.width
    let last = model.architecture.layers - 1
    let embedding = layout.embedding(model.parameters)

    var x = arena.matrix(batch.tokens.count, d)
    gather(batch.tokens, of: embedding, into: x)
    var kept: [Kept] = []
    for layer in 0...last {
      let block = layout.block(layer, in: model.parameters)
      let (state, out) = forward(block, x, batch, chosen: layer == last, model.architecture)
      kept.append(state)
      x = out
    }
    let inverse = arena.matrix(x.rows, 1)
    let h = arena.matrix(x.rows, d)
    normalise(x, gain: layout.finalGain(model.parameters), into: h, inverse: inverse)
    let logits = arena.matrix(x.rows, embedding.rows)
    multiply(h, embedding, into: logits, transposingB: true, scratch: scratch)
    return Output(kept: kept, x: x, inverse: inverse, h: h, logits: logits)
  }

  /// Log-probabilities of the batch's targets, each with those of the `top` likeliest tokens there.
  func read(_ model: Transformer, _ batch: TokenBatch, top: Int) -> [TokenReading] {
    let logits = output(model, batch).logits
    let tokens = batch.targets.indices.map { row in
      [batch.targets[row]] + largest(top, of: logits, row: row)
    }
    let values = logProbabilities(logits, of: tokens, set: set)
    return zip(tokens, values).map { tokens, values in
      let candidates = zip(tokens, values).map { TokenCandidate(Int32($0), $1) }
      return TokenReading(candidates[0], likeliest: Array(candidates.dropFirst()))
    }
  }

  /// Log-probabilities of every token of the vocabulary at the batch's first predicting position.
  func distribution(_ model: Transformer, _ batch: TokenBatch) -> [Float] {
    let logits = output(model, batch).logits
    return logProbabilities(logits.rows(0..<1), of: [Array(0..<logits.columns)], set: set)[0]
  }

  /// The mean over the batch's predicting positions of what the last block gives, normalised as for the
  /// logits: `width` numbers.
  func meanState(_ model: Transformer, _ batch: TokenBatch) -> [Float] {
    let h = output(model, batch).h
    return (0..<h.columns).map { column in
      var sum = 0.0
      for row in 0..<h.rows { sum += Double(h[row, column]) }
      return Float(sum / Double(max(1, h.rows)))
    }
  }

  /// Log-probabilities of the batch's targets; with `gradient`, also adds the gradient of
  /// −Σ factor · log p to it.
  func run(_ model: Transformer, _ batch: TokenBatch, gradient: Buffer? = nil) -> [Float] {
    let layout = Layout(model.architecture)
    let d = model.architecture.width
    let last = model.architecture.layers - 1
    let embedding = layout.embedding(model.parameters)
    let gain = layout.finalGain(model.parameters)
    let end = output(model, batch)
    let (kept, x, inverse, h, logits) = (end.kept, end.x, end.inverse, end.h, end.logits)
    let logProbabilities = crossEntropy(
      logits,
      targets: batch.targets,
      factors: gradient == nil ? nil : batch.factors,
      set: set
    )
    guard let gradient else { return logProbabilities }

    let dEmbedding = layout.embedding(gradient)
    let dh = arena.matrix(x.rows, d)
    multiply(logits, embedding, into: dh, scratch: scratch)
    multiply(
      logits,
      h,
      into: dEmbedding,
      transposingA: true,
      accumulating: true,
      scratch: scratch
    )
    var dx = arena.matrix(x.rows, d)
    clear(dx)
    normaliseGradient(
      dh,
      x: x,
      gain: gain,
      inverse: inverse,
      addingTo: dx,
      dgain: layout.finalGain(gradient)
    )
    for layer in (0...last).reversed() {
      dx = backward(
        layout.block(layer, in: model.parameters),
        layout.block(layer, in: gradient),
        kept[layer],
        dx,
        batch,
        chosen: layer == last,
        model.architecture
      )
    }
    scatterAdd(dx, onto: dEmbedding, at: batch.tokens)
    return logProbabilities
  }

  /// A span with the rows of its own block and the position of each among the span's tokens.
  private func attended(
    _ batch: TokenBatch,
    chosen: Bool
  ) -> [(tokens: Range<Int>, rows: Range<Int>, positions: [Int])] {
    batch.spans.map { span in
      chosen
        ? (span.tokens, span.rows, span.rows.map { batch.rows[$0] - span.tokens.lowerBound })
        : (span.tokens, span.tokens, Array(0..<span.tokens.count))
    }
  }

  private func forward(
    _ block: Layout.Block,
    _ x: Matrix,
    _ batch: TokenBatch,
    chosen: Bool,
    _ shape: Architecture
  ) -> (Kept, Matrix) {
    let d = shape.width
    let rows = chosen ? batch.rows.count : x.rows
    let inverse = arena.matrix(x.rows, 1)
    let h = arena.matrix(x.rows, d)
    normalise(x, gain: block.attentionGain, into: h, inverse: inverse)
    let kv = arena.matrix(x.rows, 2 * d)
    multiply(h, block.keyValue, into: kv, scratch: scratch)
    let middle = arena.matrix(rows, d)
    var hq = h
    if chosen {
      hq = arena.matrix(rows, d)
      gather(batch.rows, of: h, into: hq)
      gather(batch.rows, of: x, into: middle)
    } else {
      copy(x, to: middle)
    }
    let q = arena.matrix(rows, d)
    multiply(hq, block.query, into: q, scratch: scratch)

    let o = arena.matrix(rows, d)
    let size = d / shape.heads
    let scale = 1 / Float(size).squareRoot()
    var weights: [Matrix] = []
    for span in attended(batch, chosen: chosen) {
      for head in 0..<shape.heads {
        let part = head * size..<(head + 1) * size
        let s = arena.matrix(span.rows.count, span.tokens.count)
        let keys = kv.columns(part).rows(span.tokens)
        multiply(
          q.columns(part).rows(span.rows),
          keys,
          into: s,
          transposingB: true,
          scratch: scratch
        )
        attentionWeights(
          s,
          positions: span.positions,
          scale: scale,
          slope: Float(Attention.slope(head, of: shape.heads)),
          set: set
        )
        let values = kv.columns(d + part.lowerBound..<d + part.upperBound).rows(span.tokens)
        multiply(s, values, into: o.columns(part).rows(span.rows), scratch: scratch)
        weights.append(s)
      }
    }
    multiply(o, block.output, into: middle, accumulating: true, scratch: scratch)

    let middleInverse = arena.matrix(rows, 1)
    let middleH = arena.matrix(rows, d)
    normalise(middle, gain: block.mlpGain, into: middleH, inverse: middleInverse)
    let u = arena.matrix(rows, 4 * d)
    multiply(middleH, block.up, into: u, scratch: scratch)
    let a = arena.matrix(rows, 4 * d)
    gelu(u, into: a, set: set)
    let out = arena.matrix(rows, d)
    copy(middle, to: out)
    multiply(a, block.down, into: out, accumulating: true, scratch: scratch)
    let kept = Kept(
      x: x,
      inverse: inverse,
      h: h,
      hq: hq,
      q: q,
      kv: kv,
      weights: weights,
      o: o,
      middle: middle,
      middleInverse: middleInverse,
      middleH: middleH,
      u: u,
      a: a
    )
    return (kept, out)
  }

  /// Adds the block's gradients to `d` and returns the gradient of its input; overwrites `dout`.
  private func backward(
    _ block: Layout.Block,
    _ d: Layout.Block,
    _ kept: Kept,
    _ dout: Matrix,
    _ batch: TokenBatch,
    chosen: Bool,
    _ shape: Architecture
  ) -> Matrix {
    let width = shape.width
    let rows = dout.rows
    let da = arena.matrix(rows, 4 * width)
    multiply(dout, block.down, into: da, transposingB: true, scratch: scratch)
    multiply(
      kept.a,
      dout,
      into: d.down,
      transposingA: true,
      accumulating: true,
      scratch: scratch
    )
    geluGradient(da, x: kept.u, into: da, set: set)
    multiply(
      kept.middleH,
      da,
      into: d.up,
      transposingA: true,
      accumulating: true,
      scratch: scratch
    )
    let dMiddleH = arena.matrix(rows, width)
    multiply(da, block.up, into: dMiddleH, transposingB: true, scratch: scratch)
    normaliseGradient(
      dMiddleH,
      x: kept.middle,
      gain: block.mlpGain,
      inverse: kept.middleInverse,
      addingTo: dout,
      dgain: d.mlpGain
    )

    let dO = arena.matrix(rows, width)
    multiply(dout, block.output, into: dO, transposingB: true, scratch: scratch)
    multiply(
      kept.o,
      dout,
      into: d.output,
      transposingA: true,
      accumulating: true,
      scratch: scratch
    )
    let dq = arena.matrix(rows, width)
    let dkv = arena.matrix(kept.kv.rows, 2 * width)
    let size = width / shape.heads
    let scale = 1 / Float(size).squareRoot()
    var index = 0
    for span in attended(batch, chosen: chosen) {
      for head in 0..<shape.heads {
        let key = head * size..<(head + 1) * size
        let value = width + key.lowerBound..<width + key.upperBound
        let p = kept.weights[index]
        index += 1
        let dp = arena.matrix(span.rows.count, span.tokens.count)
        let dOut = dO.columns(key).rows(span.rows)
        multiply(
          dOut,
          kept.kv.columns(value).rows(span.tokens),
          into: dp,
          transposingB: true,
          scratch: scratch
        )
        multiply(
          p,
          dOut,
          into: dkv.columns(value).rows(span.tokens),
          transposingA: true,
          scratch: scratch
        )
        attentionWeightsGradient(dp, weights: p, scale: scale)
        multiply(
          dp,
          kept.kv.columns(key).rows(span.tokens),
          into: dq.columns(key).rows(span.rows),
          scratch: scratch
        )
        multiply(
          dp,
          kept.q.columns(key).rows(span.rows),
          into: dkv.columns(key).rows(span.tokens),
          transposingA: true,
          scratch: scratch
        )
      }
    }
    multiply(
      kept.hq,
      dq,
      into: d.query,
      transposingA: true,
      accumulating: true,
      scratch: scratch
    )
    multiply(
      kept.h,
      dkv,
      into: d.keyValue,
      transposingA: true,
      accumulating: true,
      scratch: scratch
    )
    let dh = arena.matrix(kept.h.rows, width)
    multiply(dkv, block.keyValue, into: dh, transposingB: true, scratch: scratch)
    var dx = dout
    if chosen {
      let dhq = arena.matrix(rows, width)
      multiply(dq, block.query, into: dhq, transposingB: true, scratch: scratch)
      scatterAdd(dhq, onto: dh, at: batch.rows)
      dx = arena.matrix(kept.x.rows, width)
      clear(dx)
      scatterAdd(dout, onto: dx, at: batch.rows)
    } else {
      multiply(
        dq,
        block.query,
        into: dh,
        transposingB: true,
        accumulating: true,
        scratch: scratch
      )
    }
    normaliseGradient(
      dh,
      x: kept.x,
      gain: block.attentionGain,
      inverse: kept.inverse,
      addingTo: dx,
      dgain: d.attentionGain
    )
    return dx
  }
}
