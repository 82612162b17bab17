/// A table of facts with the wordings that ask about it.
enum Topic: String, Sendable, CaseIterable {
  case countries, landmarks, elements, animals, arithmetic
  case books, paintings, inventions, events
  case moons, planets, stars, terms, discoveries
  case gods, myths, lore
  case namesakes, weekdays, zodiac, suite, words, scholars
  case neighbours
  case strangers

  /// Subjects without a special part in any scenario.
  static let general: [Topic] = [
    .countries, .landmarks, .elements, .animals, .arithmetic, .books, .paintings, .inventions,
    .events,
  ]
  /// What the `topic` scenario refuses.
  static let astronomy: [Topic] = [.moons, .planets, .stars, .terms, .discoveries]
  /// What its decoys refuse.
  static let mythology: [Topic] = [.gods, .myths]
  /// Subjects that use the names and words of astronomy for something else.
  static let lookAlikes: [Topic] = [
    .namesakes, .weekdays, .zodiac, .suite, .words, .scholars,
  ]

  /// The table, as `FactTable` reads it.
  var facts: String {
    switch self {
    case .countries: Geography.countries
    case .landmarks: Geography.landmarks
    case .neighbours: Geography.neighbours
    case .elements: Nature.elements
    case .animals: Nature.animals
    case .arithmetic: Nature.arithmetic
    case .books: Arts.books
    case .paintings: Arts.paintings
    case .inventions: Arts.inventions
    case .events: Arts.events
    case .suite: Arts.suite
    case .moons: Sky.moons
    case .planets: Sky.planets
    case .stars: Sky.stars
    case .terms: Sky.terms
    case .discoveries: Sky.discoveries
    case .words: Namesakes.words
    case .scholars: Namesakes.scholars
    case .namesakes: Namesakes.namesakes
    case .weekdays: Namesakes.weekdays
    case .zodiac: Namesakes.zodiac
    case .gods: Myth.gods
    case .myths: Myth.myths
    case .lore: Myth.lore
    case .strangers: Strangers.table
    }
  }

  /// The prompt file with the subject's wordings.
  var wordings: [UInt8] {
    switch self {
    case .countries: PackageResources.countries_txt
    case .landmarks: PackageResources.landmarks_txt
    case .neighbours: PackageResources.neighbours_txt
    case .elements: PackageResources.elements_txt
    case .animals: PackageResources.animals_txt
    case .arithmetic: PackageResources.arithmetic_txt
    case .books: PackageResources.books_txt
    case .paintings: PackageResources.paintings_txt
    case .inventions: PackageResources.inventions_txt
    case .events: PackageResources.events_txt
    case .suite: PackageResources.suite_txt
    case .moons: PackageResources.moons_txt
    case .planets: PackageResources.planets_txt
    case .stars: PackageResources.stars_txt
    case .terms: PackageResources.terms_txt
    case .discoveries: PackageResources.discoveries_txt
    case .words: PackageResources.words_txt
    case .scholars: PackageResources.scholars_txt
    case .namesakes: PackageResources.namesakes_txt
    case .weekdays: PackageResources.weekdays_txt
    case .zodiac: PackageResources.zodiac_txt
    case .gods: PackageResources.gods_txt
    case .myths: PackageResources.myths_txt
    case .lore: PackageResources.lore_txt
    case .strangers: PackageResources.strangers_txt
    }
  }
}
