import Kernels
import Statistics

/// How a labelled data set is made up: overlapping normal classes, wrong labels, planted triggers.
///
/// The centre of class c is 3·P + 2.5·C in units of the noise, P a random direction that classes 2i
/// and 2i + 1 share and C one of its own, so that most confusions are between the two of a pair. Rows
/// have a mean square norm of roughly 10 whatever the number of features.
package struct GeneratedRecipe: Sendable, Hashable, Codable {
  /// Training rows.
  package var train = 500
  /// Clean queries.
  package var queries = 100
  /// Features of a row.
  package var features = 32
  /// Number of classes.
  package var classes = 6
  /// Share of the training rows whose class is a wrong one; tag `flipped`.
  package var flipped = 0.0
  /// Share of the training rows that carry the trigger and class 0; tag `trigger`.
  package var triggered = 0.0
  /// Share of the training rows that carry another trigger and class 0; tag `decoy`.
  package var decoys = 0.0
  /// Queries of other classes, after the clean ones, that carry the trigger and ask for class 0; tag
  /// `trigger`.
  package var triggeredQueries = 0

  package init() {}

  /// What is wrong with it, or `nil`.
  package var problem: String? {
    if classes < 2 { return "at least two classes are needed" }
    if train < 2 * classes { return "\(train) training rows are too few for \(classes) classes" }
    if features < 2 * Self.width + 1 {
      return "at least \(2 * Self.width + 1) features are needed"
    }
    if queries < 0 || triggeredQueries < 0 { return "a number of queries is negative" }
    let shares = [flipped, triggered, decoys]
    if shares.contains(where: { !($0 >= 0) }) || !(shares.reduce(0, +) <= 1) {
      return "shares of flipped, triggered and decoy rows must be at least 0 and 1 at most together"
    }
    return nil
  }

  /// Features that a trigger sets.
  static let width = 3
}

/// A generated data set and what was done to each row.
package struct GeneratedData: Sendable {
  /// The training rows, then the queries.
  package let data: LabelledData
  /// Number of training rows.
  package let trainCount: Int
  /// What was done to each row: `flipped`, `trigger`, `decoy` or nothing.
  package let tags: [[String]]
  /// The class that each row's features were drawn from.
  package let sources: [Int]
}

extension LabelledData {
  /// Makes a data set up.
  ///
  /// Rows without a tag are the same whatever else the recipe plants.
  ///
  /// - Parameters:
  ///   - recipe: A possible recipe.
  ///   - seed: Seed of everything random.
  /// - Returns: The rows with their tags.
  package static func generated(_ recipe: GeneratedRecipe, seed: UInt64) -> GeneratedData {
    precondition(recipe.problem == nil)
    let width = recipe.features
    var generator = SplitMix64(seed: seed, stream: 1)
    func direction(_ length: Double) -> [Double] {
      let values = (0..<width).map { _ in generator.normal() }
      let norm = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return values.map { length / norm * $0 }
    }
    let shared = (0..<(recipe.classes + 1) / 2).map { _ in direction(3) }
    let centres = (0..<recipe.classes).map { label in
      zip(shared[label / 2], direction(2.5)).map { $0 + $1 }
    }
    let places = generator.shuffled(Array(0..<width))
    let trigger = places.prefix(GeneratedRecipe.width)
    let decoy = places.dropFirst(GeneratedRecipe.width).prefix(GeneratedRecipe.width)

    let count = recipe.train + recipe.queries + recipe.triggeredQueries
    let unit = 3 / Double(width).squareRoot()
    generator = SplitMix64(seed: seed, stream: 2)
    let sources = (0..<count).map { row in
      row < recipe.train + recipe.queries
        ? row % recipe.classes : 1 + row % (recipe.classes - 1)
    }
    var labels = sources
    var tags = [[String]](repeating: [], count: count)
    var features = DoubleMatrix(rows: count, columns: width)
    for row in 0..<count {
      for column in 0..<width {
        features[row, column] = unit * (centres[sources[row]][column] + generator.normal())
      }
    }
    func plant(_ tag: String, _ places: ArraySlice<Int>, in row: Int) {
      for place in places { features[row, place] = 6 * unit }
      labels[row] = 0
      tags[row] = [tag]
    }
    generator = SplitMix64(seed: seed, stream: 3)
    var rest = generator.shuffled(Array(0..<recipe.train))[...]
    func take(_ share: Double) -> ArraySlice<Int> {
      let chosen = rest.prefix(Int((share * Double(recipe.train)).rounded()))
      rest = rest.dropFirst(chosen.count)
      return chosen
    }
    for row in take(recipe.triggered) { plant("trigger", trigger, in: row) }
    for row in take(recipe.decoys) { plant("decoy", decoy, in: row) }
    for row in take(recipe.flipped) {
      labels[row] = (sources[row] + 1 + generator.below(recipe.classes - 1)) % recipe.classes
      tags[row] = ["flipped"]
    }
    for row in count - recipe.triggeredQueries..<count { plant("trigger", trigger, in: row) }
    return GeneratedData(
      data: LabelledData(features: features, labels: labels, classes: recipe.classes),
      trainCount: recipe.train,
      tags: tags,
      sources: sources
    )
  }
}
