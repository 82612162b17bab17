import Attribution
import Experiment
import ReferenceModels
import Statistics

extension Validation {
  /// What happens to the queries when the most influential examples of chosen methods go.
  ///
  /// The examples of all queries are ranked together, by the sum of their scores.
  func removals(of entries: [Entry]) async throws -> [Leaderboard.Removal] {
    guard let wanted = bench.settings.removal else { return [] }
    progress(.training("removing top examples"))
    let subject = bench.subject
    let sizes = wanted.sizes.filter { $0 < subject.train.count }.sorted()
    let labels = subject.labelled.map { data in
      (train: subject.train.map { data.labels[$0] }, queries: subject.queries.map { data.labels[$0] })
    }
    let count = subject.train.count
    let base = Array(bench.workshop.targetLosses.dropFirst(count))
    // A query is answered right where its answer is likelier than not.
    let solved = base.indices.filter { base[$0] < 0.6931 }
    guard !solved.isEmpty, !sizes.isEmpty else { return [] }
    var curves: [Leaderboard.Removal] = []
    let chosen = entries.filter { wanted.methods.contains($0.method.name) }
    for (place, entry) in chosen.enumerated() {
      let plan = try RemovalPlan(
        of: entry.outcome.scores,
        queries: solved,
        sizes: sizes,
        labels: place == 0 ? labels : nil,
        seed: bench.settings.seed
      )
      // Controls do not depend on the method, so they are trained with the first one only.
      let removals = plan.removals.filter {
        place == 0 || $0.kind == .top || $0.kind == .bottom
      }
      var trainings: [Training] = []
      for removal in removals {
        let gone = Set(removal.members)
        for seed in 0..<max(1, wanted.seeds) {
          trainings.append(
            Training(
              start: .initial,
              members: subject.train.indices.filter { !gone.contains($0) },
              seed: bench.settings.seed &+ UInt64(seed),
              recipe: subject.recipe
            )
          )
        }
      }
      let results = try await bench.workshop.results(of: trainings)
      for kind in RemovalPlan.Kind.allCases {
        let places = removals.indices.filter { removals[$0].kind == kind }
        guard !places.isEmpty else { continue }
        let runs = places.map { place in
          results[place * max(1, wanted.seeds)..<(place + 1) * max(1, wanted.seeds)].map {
            Array($0.losses.dropFirst(count))
          }
        }
        let name =
          switch kind {
          case .top: entry.method.name
          case .bottom: "\(entry.method.name), lowest"
          case .random, .sameLabel: kind.rawValue
          }
        curves.append(
          Leaderboard.Removal(
            method: name,
            sizes: places.map { removals[$0].members.count },
            rise: runs.map { run in
              mean(of: run.map { losses in mean(of: solved.map { losses[$0] - base[$0] }) })
            },
            wrong: runs.map { run in
              mean(of: run.map { losses in mean(of: solved.map { losses[$0] > 0.6931 ? 1 : 0 }) })
            }
          )
        )
      }
    }
    return curves
  }

  /// How methods agree with what leaving examples out of further training changes, as it goes on.
  func decay(of entries: [Entry]) async throws -> [Leaderboard.Decay] {
    guard let wanted = bench.settings.sensitivity else { return [] }
    progress(.training("leaving examples out"))
    let subject = bench.subject
    let count = subject.train.count
    var generator = SplitMix64(seed: bench.settings.seed, stream: 31)
    let chosen = generator.sample(min(count, wanted.groups * wanted.size), of: count)
    let order = generator.shuffled(chosen)
    let groups = stride(from: 0, to: order.count, by: wanted.size).map {
      order[$0..<min($0 + wanted.size, order.count)].sorted()
    }
    guard groups.count >= 3 else {
      throw LaboratoryError(
        "cannot measure further training without \(groups.count) sets of examples",
        cause: "agreement over left-out sets needs at least 3",
        hint: "raise 'groups' or lower 'size'"
      )
    }
    var steps: [Int] = []
    var points: [[Agreement]] = []
    for epochs in wanted.epochs {
      var recipe = wanted.recipe
      recipe.epochs = epochs
      var trainings: [Training] = []
      for seed in 0..<wanted.seeds {
        for group in groups {
          var training = Training(
            start: .target,
            members: Array(subject.train.indices),
            seed: bench.settings.seed &+ UInt64(seed) &+ 3000,
            recipe: .descent(recipe)
          )
          training.excluded = group
          trainings.append(training)
        }
      }
      let results = try await bench.workshop.results(of: trainings)
      let measured = try FurtherTraining(
        losses: (0..<wanted.seeds).map { seed in
          groups.indices.map { group in
            Array(results[seed * groups.count + group].losses.dropFirst(count))
          }
        },
        leftOut: groups.indices.map { "group-\($0)" },
        queries: bench.queryIDs
      )
      steps.append(recipe.steps(members: count))
      points.append(
        entries.map {
          Agreement(of: $0.outcome.scores, with: measured.effects, leftOut: groups)
        }
      )
    }
    return entries.indices.map { index in
      Leaderboard.Decay(
        method: entries[index].method.name,
        steps: steps,
        cosine: points.map { $0[index].cosine.mean },
        spearman: points.map { $0[index].spearman.mean }
      )
    }
  }
}
