import Kernels
import Testing

@testable import ReferenceModels

private func recipe(_ change: (inout GeneratedRecipe) -> Void = { _ in }) -> GeneratedRecipe {
  var recipe = GeneratedRecipe()
  recipe.train = 120
  recipe.queries = 200
  recipe.features = 16
  recipe.classes = 4
  change(&recipe)
  return recipe
}

struct GeneratedDataTests {
  @Test(arguments: [1, 2, 3] as [UInt64])
  func `softmax regression is neither perfect nor hopeless, and its trigger works`(
    seed: UInt64
  ) throws {
    var planted = GeneratedRecipe()
    planted.triggered = 0.1
    planted.triggeredQueries = 100
    let made = LabelledData.generated(planted, seed: seed)
    let model = MultilayerPerceptron(made.data)
    let train = Array(0..<made.trainCount)
    let start = model.initialParameters(seed: 0)
    let at = try ConvexFit(ridge: 1e-2, tolerance: 1e-5).fit(model, on: train, from: start)
    func accuracy(_ rows: Range<Int>) -> Double {
      let logits = model.batch(of: Array(rows)).logits(at: at)
      let hits = (0..<logits.rows).filter { index in
        let row = logits.row(index)
        let best = row.indices.max { row[$0] < row[$1] } ?? row.startIndex
        return best - row.startIndex == made.data.labels[rows.lowerBound + index]
      }
      return Double(hits.count) / Double(rows.count)
    }
    #expect((0.8...0.95).contains(accuracy(500..<600)))
    #expect(accuracy(600..<700) > 0.85)
  }

  @Test func `tags say what was done to each row`() {
    let planted = recipe {
      $0.triggered = 0.1
      $0.decoys = 0.05
      $0.flipped = 0.2
      $0.triggeredQueries = 10
    }
    let clean = LabelledData.generated(recipe { $0.queries = 210 }, seed: 3)
    let made = LabelledData.generated(planted, seed: 3)
    #expect(made.data.labels.count == 330)
    let groups = Dictionary(grouping: made.tags.indices) { made.tags[$0].first ?? "" }
    #expect(groups.mapValues(\.count) == ["": 278, "trigger": 22, "decoy": 6, "flipped": 24])
    #expect(groups["trigger"]?.suffix(10) == Array(320..<330)[...])
    for row in groups[""] ?? [] {
      #expect(made.data.features.row(row) == clean.data.features.row(row))
      #expect(made.data.labels[row] == made.sources[row])
    }
    for row in groups["flipped"] ?? [] {
      #expect(made.data.features.row(row) == clean.data.features.row(row))
      #expect(made.data.labels[row] != made.sources[row])
    }
    var changed: [String: Set<[Int]>] = [:]
    for tag in ["trigger", "decoy"] {
      for row in groups[tag] ?? [] {
        #expect(made.data.labels[row] == 0)
        if row >= made.trainCount {
          #expect(made.sources[row] != 0)
          continue
        }
        let places = (0..<16).filter {
          made.data.features[row, $0] != clean.data.features[row, $0]
        }
        changed[tag, default: []].insert(places)
      }
    }
    let (trigger, decoy) = (changed["trigger"]?.first ?? [], changed["decoy"]?.first ?? [])
    #expect(changed.values.allSatisfy { $0.count == 1 })
    #expect(trigger.count == 3 && decoy.count == 3)
    #expect(Set(trigger).isDisjoint(with: decoy))
  }

  @Test func `a seed gives one data set`() {
    let first = LabelledData.generated(recipe(), seed: 5)
    #expect(first.data.features == LabelledData.generated(recipe(), seed: 5).data.features)
    #expect(first.data.features != LabelledData.generated(recipe(), seed: 6).data.features)
    #expect(first.tags == [[String]](repeating: [], count: 320))
    #expect(first.trainCount == 120)
    #expect(first.data.classes == 4)
  }

  @Test func `impossible recipes say what is wrong`() {
    #expect(recipe().problem == nil)
    #expect(GeneratedRecipe().problem == nil)
    #expect(recipe { $0.classes = 1 }.problem == "at least two classes are needed")
    #expect(recipe { $0.train = 7 }.problem == "7 training rows are too few for 4 classes")
    #expect(recipe { $0.features = 6 }.problem == "at least 7 features are needed")
    #expect(recipe { $0.queries = -1 }.problem == "a number of queries is negative")
    let shares =
      "shares of flipped, triggered and decoy rows must be at least 0 and 1 at most together"
    for share in [-0.1, 1.1, .nan] { #expect(recipe { $0.flipped = share }.problem == shares) }
    #expect(recipe { ($0.triggered, $0.decoys) = (0.6, 0.6) }.problem == shares)
  }
}
