package import Experiment
package import Store

/// Makes the models of a design that cost nothing but time, and reads them.
///
/// What `Run` is for a campaign that is paid for, without its journal: a model that is lost is made again.
/// As many models are made side by side as there are threads; results do not depend on how many there are
/// or on what finishes first.
package struct DesignRunner: Sendable {
  private let threads: Int
  private let archive: LossArchive?
  private let progress: @Sendable (_ done: Int, _ total: Int) -> Void

  /// Creates a runner.
  ///
  /// - Parameters:
  ///   - threads: Models that are made side by side, at least 1.
  ///   - archive: Where losses are kept; what is there is not made again.
  ///   - progress: Told after each model how many of its design are done.
  package init(
    threads: Int,
    archive: LossArchive? = nil,
    progress: @escaping @Sendable (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) {
    self.threads = max(1, threads)
    self.archive = archive
    self.progress = progress
  }

  /// Makes and reads all models of a design; equal ones are made once.
  ///
  /// - Parameters:
  ///   - design: The subsets.
  ///   - maker: Who makes their models.
  /// - Returns: Every model's losses, in the design's order.
  /// - Throws: Of several failures the first in the design's order; `CancellationError`.
  package func losses(
    of design: SubsetDesign,
    by maker: some ModelMaker
  ) async throws -> DesignLosses {
    let columns = maker.train.count + maker.queries.count
    let keys = design.keys(maker)
    var known: [String: Reading] = [:]
    var waiting: [(place: Int, key: String)] = []
    var distinct: Set<String> = []
    for (place, key) in keys.enumerated() where distinct.insert(key).inserted {
      let kept = try archive?.row(of: key)
      // A damaged row is made again.
      if let kept, kept.losses.count == columns {
        known[key] = kept
      } else {
        waiting.append((place, key))
      }
    }
    progress(known.count, distinct.count)
    let failure = await withTaskGroup(of: (Int, Result<Reading, any Error>).self) { group in
      var next = waiting.makeIterator()
      func start() {
        guard let (place, key) = next.next() else { return }
        group.addTask(executorPreference: ArithmeticThreads.shared) { [archive] in
          let outcome = Result {
            let reading = try maker.timed(design.subsets[place], from: design.start)
            precondition(reading.losses.count == columns)
            try archive?.keep(losses: reading.losses, seconds: reading.seconds, of: key)
            return reading
          }
          return (place, outcome)
        }
      }
      for _ in 0..<threads { start() }
      var failure: (place: Int, error: any Error)?
      while let (place, outcome) = await group.next() {
        switch outcome {
        case .success(let reading):
          known[keys[place]] = reading
          progress(known.count, distinct.count)
          if failure == nil { start() }
        case .failure(let error):
          // What was started before it is waited for: of several failures, the first in order counts.
          if place < failure?.place ?? .max { failure = (place, error) }
        }
      }
      return failure?.error
    }
    if let failure { throw failure }
    let rows = keys.map { known[$0]?.losses ?? [] }
    return DesignLosses(
      design: design,
      losses: LossMatrix(
        models: keys,
        train: maker.train,
        queries: maker.queries,
        view: .sum,
        values: (0..<columns).flatMap { column in rows.lazy.map { $0[column] } },
        censored: []
      ),
      // In a fixed order, so that the sum is the same in every process.
      seconds: known.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value.seconds }
    )
  }

  private typealias Reading = (losses: [Double], seconds: Double)
}

/// What the models of a design say of every example.
package struct DesignLosses: Sendable {
  /// Their subsets.
  package let design: SubsetDesign
  /// Their losses, one model a subset, named by its key.
  package let losses: LossMatrix
  /// Seconds of one core that making and reading them took, now or when they were kept.
  package let seconds: Double

  /// The first models alone: what a smaller K would have given.
  package func first(_ models: Int) -> DesignLosses {
    DesignLosses(design: design.first(models), losses: losses.first(models), seconds: seconds)
  }

  /// The queries' losses under one model.
  package func queries(model: Int) -> [Double] {
    losses.queries.indices.map { query in
      losses[model: model, column: losses.column(query: query)]?.value ?? .nan
    }
  }
}

extension SubsetDesign {
  /// Keys of the models that a maker makes of the subsets: equal models have equal keys.
  fileprivate func keys(_ maker: some ModelMaker) -> [String] {
    var common = ContentKey("model", version: 1)
    maker.add(to: &common)
    common.add("start", start.rawValue)
    return subsets.map { subset in
      var key = common
      key.add("seed", subset.seed)
      key.add("members", subset.members)
      key.add("weights", subset.weights)
      key.add("excluded", subset.excluded)
      return key.text
    }
  }
}

extension ModelMaker {
  /// One model's losses, and the seconds of one core that it took.
  fileprivate func timed(
    _ subset: Subset,
    from start: Start
  ) throws -> (losses: [Double], seconds: Double) {
    let clock = ContinuousClock()
    let begin = clock.now
    let losses = try losses(of: subset, from: start)
    return (losses, (clock.now - begin) / .seconds(1))
  }
}
