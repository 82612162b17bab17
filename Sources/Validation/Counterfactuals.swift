import Attribution
import Experiment
import Glibc
import ReferenceModels
import Runs
import Statistics

/// Trainings that put chosen methods' lists to the test.
struct Counterfactuals: Sendable {
  private let context: MethodContext
  private let wanted: ValidationSettings.Counterfactuals
  private let entries: [ValidationRun.Entry]
  /// Losses of the target on the queries.
  private let base: [Double]
  /// Queries whose answer the target gives likelier than not.
  private let solved: [Int]

  init(
    _ context: MethodContext,
    _ wanted: ValidationSettings.Counterfactuals,
    _ entries: [ValidationRun.Entry]
  ) {
    self.context = context
    self.wanted = wanted
    self.entries = entries.filter { wanted.methods.contains($0.method.name) }
    let base = Array(context.target.losses.dropFirst(context.count))
    self.base = base
    solved = base.indices.filter { base[$0] < unsolved }
  }

  private var task: LearningTask { context.task }
  private var count: Int { context.count }
  private var seed: UInt64 { context.settings.seed }

  /// Removes each method's best examples for all solved queries together, and controls.
  func removals() async throws -> [Leaderboard.RemovalCurve] {
    guard let removal = wanted.removal, !solved.isEmpty else { return [] }
    let sizes = removal.sizes.filter { $0 < count }
    guard !sizes.isEmpty else { return [] }
    let labels = task.labelled.map { data in
      (
        train: task.train.map { data.labels[$0] },
        queries: task.queries.map { data.labels[$0] }
      )
    }
    var sets: [(name: String, members: [Int])] = []
    var controls: [(name: String, members: [Int])] = []
    for (place, entry) in entries.enumerated() {
      let plan = try RemovalPlan(
        of: entry.output.scores,
        queries: solved,
        sizes: sizes,
        labels: labels,
        seed: seed
      )
      for removal in plan.removals {
        switch removal.kind {
        case .top: sets.append((entry.method.name, removal.members))
        case .bottom: sets.append((entry.method.name + ", lowest", removal.members))
        // The same for all methods, so they are taken along once.
        case .random, .sameLabel:
          if place == 0 { controls.append((removal.kind.rawValue + ", control", removal.members)) }
        }
      }
    }
    sets += controls
    let losses = try await losses(without: sets.map(\.members), seeds: removal.seeds)
    var names: [String] = []
    for set in sets where !names.contains(set.name) { names.append(set.name) }
    return names.map { name in
      let places = sets.indices.filter { sets[$0].name == name }
      return Leaderboard.RemovalCurve(
        method: name,
        sizes: places.map { sets[$0].members.count },
        rise: places.map { place in
          mean(of: losses[place].map { run in mean(of: solved.map { run[$0] - base[$0] }) })
        },
        wrong: places.map { place in
          mean(of: losses[place].map { run in mean(of: solved.map { run[$0] < unsolved ? 0 : 1 }) })
        }
      )
    }
  }

  /// Removes each query's own best examples until its answer changes.
  func brittleness() async throws -> [Leaderboard.BrittlenessCurve] {
    let asked = asked
    guard let sizes = wanted.brittleness?.filter({ $0 < count }), !sizes.isEmpty, !asked.isEmpty
    else { return [] }
    let lists = try entries.map { try Brittleness.removals(by: $0.output.scores, sizes: sizes) }
    let sets = lists.flatMap { list in asked.flatMap { list[$0] } }
    let losses = try await losses(without: sets, seeds: 1)
    return entries.enumerated().map { place, entry in
      let flipped = asked.indices.map { query in
        sizes.indices.map { size in
          let run = losses[(place * asked.count + query) * sizes.count + size][0]
          return run[asked[query]] >= unsolved
        }
      }
      let result = Brittleness(sizes: sizes, flipped: flipped)
      return Leaderboard.BrittlenessCurve(
        method: entry.method.name,
        queries: asked.count,
        sizes: sizes,
        flipped: result.flippedShare,
        median: result.median
      )
    }
  }

  /// Trains the target for one step on each of a query's best examples.
  func tailPatches() async throws -> [Leaderboard.TailPatchFigures] {
    let asked = asked
    guard let patch = wanted.tailPatch, !asked.isEmpty else { return [] }
    let top = min(patch.top, count)
    let recipe = GradientDescent(epochs: 1, batchSize: 1, learningRate: patch.learningRate)
    var generator = SplitMix64(seed: seed, stream: 51)
    let random = asked.map { _ in generator.sample(top, of: count) }
    let lists =
      [random]
      + entries.map { entry in
        asked.map { query in
          let row = Array(entry.output.scores.row(query: query))
          return Array(row.indices.sorted { (-row[$0], $0) < (-row[$1], $1) }.prefix(top))
        }
      }
    // A step on one example is the same for all queries that list it.
    let examples = Set(lists.joined().joined()).sorted()
    let models = try await context.losses(
      of: .sets(examples.map { [$0] }, of: count, start: .target, seeds: [seed]),
      recipe: .descent(recipe)
    )
    let losses = Dictionary(
      uniqueKeysWithValues: examples.enumerated().map { ($1, models.queries(model: $0)) }
    )
    let increases = lists.map { list in
      zip(asked, list).map { query, examples in
        examples.compactMap { losses[$0] }.map { exp(-$0[query]) - exp(-base[query]) }
      }
    }
    return try zip(entries, increases.dropFirst()).map { entry, increases_ in
      let result = try TailPatch(increases: increases_, random: increases[0])
      func figure(_ mean: MeanOverQueries?) -> Leaderboard.Figure? {
        guard let mean, let value = mean.mean else { return nil }
        return Leaderboard.Figure(
          value,
          interval: mean.interval(draws: context.settings.draws, seed: seed)
        )
      }
      return Leaderboard.TailPatchFigures(
        method: entry.method.name,
        increase: figure(result.increase),
        gain: figure(result.gain)
      )
    }
  }

  /// The solved queries that are looked at one by one, evenly spread.
  private var asked: [Int] {
    let wanted = min(wanted.queries, solved.count)
    return (0..<wanted).map { solved[$0 * solved.count / wanted] }
  }

  /// Losses of the queries after retraining without each set: sets × seeds × Q.
  private func losses(without sets: [[Int]], seeds: Int) async throws -> [[[Double]]] {
    let seeds = (0..<UInt64(max(1, seeds))).map { seed &+ $0 }
    let models = try await context.losses(
      of: .without(sets, of: count, start: .base, seeds: seeds)
    )
    return sets.indices.map { set in
      seeds.indices.map { models.queries(model: $0 * sets.count + set) }
    }
  }
}

/// The loss of an answer that is as likely as not.
private let unsolved = 0.693147

extension ValidationRun {
  /// How methods agree with what leaving examples out of further training changes, as it goes on.
  ///
  /// Shown for the product's own scores and for those that read gradients.
  func decay(of entries: [Entry]) async throws -> [Leaderboard.Decay] {
    guard let wanted = context.settings.sensitivity else { return [] }
    progress(.training("leaving examples out"))
    let count = context.count
    var generator = SplitMix64(seed: context.settings.seed, stream: 31)
    let order = generator.shuffled(Array(0..<count)).prefix(min(wanted.groups, count) * wanted.size)
    let groups = stride(from: 0, to: order.count, by: wanted.size).map {
      order[$0..<min($0 + wanted.size, order.count)].sorted()
    }
    try wanted.check(groups: groups.count)
    let seeds = (0..<UInt64(wanted.seeds)).map { context.settings.seed &+ $0 &+ 3000 }
    let design = SubsetDesign.without(
      groups,
      of: count,
      start: .target,
      seeds: seeds,
      isPaired: true
    )
    let shown = entries.filter { entry in
      AttributionMethod.gradients.contains { $0.name == entry.method.name }
        || AttributionMethod.scaled.contains { $0.method.name == entry.method.name }
    }
    var points: [[Agreement]] = []
    for epochs in wanted.epochs {
      var recipe = wanted.recipe
      recipe.epochs = epochs
      let models = try await context.losses(of: design, recipe: .descent(recipe))
      let measured = try FurtherTraining(
        losses: seeds.indices.map { seed in
          groups.indices.map { models.queries(model: seed * groups.count + $0) }
        },
        leftOut: groups.indices.map { "group-\($0)" },
        queries: context.task.queryIDs
      )
      points.append(
        shown.map { Agreement(of: $0.output.scores, with: measured.effects, leftOut: groups) }
      )
    }
    return shown.indices.map { index in
      Leaderboard.Decay(
        method: shown[index].method.name,
        steps: wanted.epochs.map { epochs in
          var recipe = wanted.recipe
          recipe.epochs = epochs
          return recipe.steps(members: count)
        },
        cosine: points.map { $0[index].cosine.mean },
        spearman: points.map { $0[index].spearman.mean }
      )
    }
  }
}
