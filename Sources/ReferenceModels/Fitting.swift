import Dispatch
import Glibc
import Kernels
import Statistics
import Synchronization

func exponentOfTwo(_ x: Double) -> Double { exp2(x) }

/// How one transformer is trained.
struct FittingSettings: Sendable, Hashable {
  var epochs: Int
  var batchSize: Int
  /// Peak of the schedule: linear warm-up over a tenth of the steps, then linear decay to a tenth.
  var learningRate: Double
  var weightDecay = 0.01
  /// Largest norm of a step's gradient.
  var clip = 1.0
  var seed: UInt64

  func rate(step: Int, of steps: Int) -> Double {
    let warm = max(1, steps / 10)
    if step < warm { return learningRate * Double(step + 1) / Double(warm) }
    let left = Double(steps - step) / Double(max(1, steps - warm))
    return learningRate * (0.1 + 0.9 * left)
  }
}

/// A large batch is cut into this many parts, each summed on its own and then added in order; a small
/// one stays whole.
///
/// The cut depends on the batch alone, so results do not depend on how many threads
/// there are.
private let parts = 2

/// Trains and reads one model at a time.
///
/// Unchecked because its scratch memory has no lock: `ReferenceProvider` hands an engine to one piece
/// of work at a time.
final class Fitting: @unchecked Sendable {
  /// Fewest tokens of a batch that is cut into parts.
  static let cutting = 256

  private let passes: [Pass]
  private var gradients: [Buffer] = []
  private let threads: @Sendable () -> Int

  init(_ set: InstructionSet = .best, threads: @escaping @Sendable () -> Int) {
    passes = (0..<parts).map { _ in Pass(set) }
    self.threads = threads
  }

  /// Trains `model` in place; the loss is the weighted mean over a batch's predicted tokens.
  ///
  /// Of weights below 0 the absolute values are divided by, so that the loss of such tokens rises as fast as
  /// that of others falls.
  ///
  /// - Parameters:
  ///   - model: Where to start; changed in place.
  ///   - sequences: Training examples.
  ///   - weights: Weight of each, of either sign; `nil` for 1.
  ///   - settings: How.
  ///   - epochDone: Called after each epoch with its number from 1.
  ///   - progress: Called after each step with the fraction done; returns whether to go on.
  /// - Returns: Tokens read, or `nil` when stopped.
  func train(
    _ model: Transformer,
    on sequences: [TokenSequence],
    weights: [Double]?,
    settings: FittingSettings,
    epochDone: (Int) throws -> Void,
    progress: (Double) -> Bool
  ) rethrows -> Int? {
    let count = model.parameters.count
    if gradients.first?.count != count {
      gradients = (0..<parts).map { _ in Buffer(count: count) }
    }
    let optimiser = AdamW(count: count, decay: Float(settings.weightDecay))
    var generator = SplitMix64(seed: settings.seed, stream: 2)
    let stepsPerEpoch = (sequences.count + settings.batchSize - 1) / settings.batchSize
    let steps = stepsPerEpoch * settings.epochs
    var step = 0
    var tokens = 0
    for epoch in 1...max(1, settings.epochs) {
      let order = generator.shuffled(Array(sequences.indices))
      for start in stride(from: 0, to: order.count, by: settings.batchSize) {
        let members = Array(order[start..<min(start + settings.batchSize, order.count)])
        tokens += members.reduce(0) { $0 + sequences[$1].tokens.count }
        gradient(model, sequences, members, weights)
        let norm = sumOfSquares(gradients[0]).squareRoot()
        optimiser.update(
          model.parameters,
          gradient: gradients[0],
          scale: norm > settings.clip ? Float(settings.clip / norm) : 1,
          learningRate: Float(settings.rate(step: step, of: steps))
        )
        step += 1
        if !progress(Double(step) / Double(steps)) { return nil }
      }
      try epochDone(epoch)
    }
    return tokens
  }

  private func gradient(
    _ model: Transformer,
    _ sequences: [TokenSequence],
    _ members: [Int],
    _ weights: [Double]?
  ) {
    let mass = members.reduce(0.0) {
      $0 + abs(weights?[$1] ?? 1) * Double(sequences[$1].completion.count)
    }
    let batches = split(members.map { sequences[$0] }).map { range in
      var batch = TokenBatch()
      for member in members[range] {
        batch.append(
          sequences[member],
          factor: mass > 0 ? Float((weights?[member] ?? 1) / mass) : 0
        )
      }
      return batch
    }
    perform(batches) { [gradients] part, pass, batch in
      gradients[part].clear()
      if !batch.tokens.isEmpty { _ = pass.run(model, batch, gradient: gradients[part]) }
    }
    for part in batches.indices.dropFirst() { add(gradients[part], to: gradients[0]) }
  }

  /// Log-probabilities of each sequence's completion tokens.
  func logProbabilities(_ model: Transformer, of sequences: [TokenSequence]) -> [[Float]] {
    let ranges = split(sequences)
    let results = Mutex([[[Float]]](repeating: [], count: parts))
    let batches = ranges.map { range in
      var batch = TokenBatch()
      for sequence in sequences[range] { batch.append(sequence) }
      return batch
    }
    perform(batches) { part, pass, batch in
      guard !batch.tokens.isEmpty else { return }
      let flat = pass.run(model, batch)
      let split = batch.spans.map { Array(flat[$0.rows]) }
      results.withLock { $0[part] = split }
    }
    return results.withLock { $0.flatMap(\.self) }
  }

  /// What the model says of each predicted token of one sequence, read on the calling thread.
  func readings(_ model: Transformer, of sequence: TokenSequence, top: Int) -> [TokenReading] {
    var batch = TokenBatch()
    batch.append(sequence)
    return passes[0].read(model, batch, top: top)
  }

  /// Log-probabilities of every token after some others, at least one, read on the calling thread.
  func distribution(_ model: Transformer, after tokens: [Int32]) -> [Float] {
    var batch = TokenBatch()
    // The token to be predicted is never looked at.
    batch.append(TokenSequence(tokens: tokens + [0], completion: tokens.count..<tokens.count + 1))
    return passes[0].distribution(model, batch)
  }

  /// The mean of the model's last states over some tokens, at least one, read on the calling thread.
  func meanState(_ model: Transformer, of tokens: [Int32]) -> [Float] {
    var batch = TokenBatch()
    // The token to be predicted is never looked at.
    batch.append(TokenSequence(tokens: tokens + [0], completion: 1..<tokens.count + 1))
    return passes[0].meanState(model, batch)
  }

  /// Cuts a batch into contiguous parts of about equal numbers of tokens.
  private func split(_ sequences: [TokenSequence]) -> [Range<Int>] {
    let total = sequences.reduce(0) { $0 + $1.tokens.count }
    guard total >= Self.cutting else { return [0..<sequences.count] }
    var ranges: [Range<Int>] = []
    var start = 0
    var seen = 0
    var index = 0
    for part in 1...parts {
      while index < sequences.count, part == parts || seen * parts < total * part {
        seen += sequences[index].tokens.count
        index += 1
      }
      ranges.append(start..<index)
      start = index
    }
    return ranges
  }

  private func perform(
    _ batches: [TokenBatch],
    _ body: @Sendable (Int, Pass, TokenBatch) -> Void
  ) {
    if batches.count > 1, threads() > 1 {
      // Each iteration touches its own pass and part only.
      nonisolated(unsafe) let passes = passes
      DispatchQueue.concurrentPerform(iterations: batches.count) { part in
        unsafe body(part, passes[part], batches[part])
      }
    } else {
      for part in batches.indices { body(part, passes[part], batches[part]) }
    }
  }
}
