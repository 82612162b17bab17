import Experiment
import Glibc
import Runs
import Store
import Synchronization
import TestSupport
import Testing

/// Losses that follow from a subset, with a count of what was made.
private final class CountingMaker: ModelMaker {
  struct Refusal: Error, Equatable { let seed: UInt64 }

  let train = ["a", "b"]
  let queries = ["q"]
  private let version: Int
  /// Seeds of subsets that fail, each after so many milliseconds.
  private let failing: [UInt64: Int]
  private let count = Atomic(0)

  init(version: Int = 1, failing: [UInt64: Int] = [:]) {
    self.version = version
    self.failing = failing
  }

  var made: Int { count.load(ordering: .relaxed) }

  func add(to key: inout ContentKey) { key.add("version", version) }

  func losses(of subset: Subset, from start: Start) throws -> [Double] {
    try Task.checkCancellation()
    count.add(1, ordering: .relaxed)
    if let wait = failing[subset.seed] {
      usleep(UInt32(1000 * wait))
      throw Refusal(seed: subset.seed)
    }
    return [Double(subset.seed), Double(subset.members.count), start == .base ? 0.5 : 0.25]
  }
}

private func design(_ seeds: ClosedRange<UInt64>, members: [Int] = [0]) -> SubsetDesign {
  SubsetDesign(
    examples: 2,
    start: .target,
    seed: 0,
    subsets: seeds.map { Subset(seed: $0, members: members) }
  )
}

struct DesignRunnerTests {
  @Test(arguments: [1, 3])
  func `every model is read in the design's order`(threads: Int) async throws {
    let told = Mutex<[Int]>([])
    let runner = DesignRunner(threads: threads) { done, total in
      told.withLock { $0.append(done) }
      #expect(total == 5)
    }
    let found = try await runner.losses(of: design(1...5), by: CountingMaker())
    #expect(
      found.losses.values == [1, 2, 3, 4, 5] + [1, 1, 1, 1, 1] + [0.25, 0.25, 0.25, 0.25, 0.25]
    )
    #expect(found.losses.train == ["a", "b"] && found.losses.queries == ["q"])
    #expect(Set(found.losses.models).count == 5)
    #expect(found.queries(model: 2) == [0.25])
    #expect(told.withLock { $0 } == Array(0...5))
  }

  @Test func `what is kept or equal is made once, and a design grows`() async throws {
    let folder = try TemporaryFolder()
    let archive = try LossArchive(path: folder.path("lab.db"))
    let runner = DesignRunner(threads: 2, archive: archive)
    let maker = CountingMaker()
    let few = try await runner.losses(of: design(1...3), by: maker)
    #expect(maker.made == 3)
    let many = try await runner.losses(of: design(1...5), by: maker)
    #expect(maker.made == 5)
    #expect(many.first(3).losses.values == few.losses.values)
    #expect(many.first(3).losses.models == few.losses.models)
    let twice = SubsetDesign(
      examples: 2,
      start: .target,
      seed: 9,
      subsets: design(5...7).subsets + design(6...7).subsets
    )
    let found = try await runner.losses(of: twice, by: maker)
    #expect(found.losses.values.prefix(5) == [5, 6, 7, 6, 7])
    #expect(maker.made == 7)
  }

  @Test func `models that differ in anything have keys of their own`() async throws {
    let subsets: [Subset] = [
      Subset(seed: 1, members: [0]), Subset(seed: 2, members: [0]),
      Subset(seed: 1, members: [1]), Subset(seed: 1, members: [0, 1]),
      Subset(seed: 1, members: [0], weights: [1]),
      Subset(seed: 1, members: [0], weights: [-0.5]),
      Subset(seed: 1, members: [0], excluded: [1]),
    ]
    var keys: [String] = []
    for (start, version) in [(Start.base, 1), (.target, 1), (.base, 2)] {
      let found = try await DesignRunner(threads: 1).losses(
        of: SubsetDesign(examples: 2, start: start, seed: 0, subsets: subsets),
        by: CountingMaker(version: version)
      )
      keys += found.losses.models
    }
    #expect(Set(keys).count == 3 * subsets.count)
  }

  @Test func `of several failures the first in order counts, and what was made is kept`()
    async throws
  {
    let folder = try TemporaryFolder()
    let archive = try LossArchive(path: folder.path("lab.db"))
    // The first to fail takes the longest.
    let maker = CountingMaker(failing: [2: 50, 3: 0, 4: 0])
    for threads in [1, 4] {
      let runner = DesignRunner(threads: threads, archive: archive)
      await #expect(throws: CountingMaker.Refusal(seed: 2)) {
        try await runner.losses(of: design(1...6), by: maker)
      }
    }
    let resumed = CountingMaker()
    _ = try await DesignRunner(threads: 1, archive: archive).losses(of: design(1...1), by: resumed)
    #expect(resumed.made == 0)
  }

  @Test func `a row of another length is made again`() async throws {
    let folder = try TemporaryFolder()
    let archive = try LossArchive(path: folder.path("lab.db"))
    let fresh = try await DesignRunner(threads: 1).losses(of: design(1...1), by: CountingMaker())
    try archive.keep(losses: [1, 2], seconds: 0, of: fresh.losses.models[0])
    let found = try await DesignRunner(threads: 1, archive: archive)
      .losses(of: design(1...1), by: CountingMaker())
    #expect(found.losses.values == fresh.losses.values)
  }

  @Test func `a cancelled design stops`() async throws {
    let maker = CountingMaker()
    let runner = DesignRunner(threads: 1) { done, _ in
      if done == 2 { unsafe withUnsafeCurrentTask { unsafe $0?.cancel() } }
    }
    let task = Task { try await runner.losses(of: design(1...100), by: maker) }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(maker.made < 5)
  }
}
