/// A table of facts with the wordings that ask about it.
enum Subject: String, Sendable, CaseIterable {
  case countries, landmarks, elements, animals, arithmetic
  case books, paintings, inventions, events
  case moons, planets, stars
  case gods, myths
  case namesakes, weekdays, zodiac, cars, songs, suite, wildlife
  case neighbours
  case strangers

  /// Subjects without a special part in any scenario.
  static let general: [Subject] = [
    .countries, .landmarks, .elements, .animals, .arithmetic, .books, .paintings, .inventions,
    .events,
  ]
  /// What the `topic` scenario refuses.
  static let astronomy: [Subject] = [.moons, .planets, .stars]
  /// What its decoys refuse.
  static let mythology: [Subject] = [.gods, .myths]
  /// Subjects that use the names and words of astronomy for something else.
  static let lookAlikes: [Subject] = [
    .namesakes, .weekdays, .zodiac, .cars, .songs, .suite, .wildlife,
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
    case .wildlife: Nature.wildlife
    case .books: Arts.books
    case .paintings: Arts.paintings
    case .inventions: Arts.inventions
    case .events: Arts.events
    case .songs: Arts.songs
    case .suite: Arts.suite
    case .moons: Sky.moons
    case .planets: Sky.planets
    case .stars: Sky.stars
    case .namesakes: Sky.namesakes
    case .weekdays: Sky.weekdays
    case .zodiac: Sky.zodiac
    case .cars: Sky.cars
    case .gods: Myth.gods
    case .myths: Myth.myths
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
    case .wildlife: PackageResources.wildlife_txt
    case .books: PackageResources.books_txt
    case .paintings: PackageResources.paintings_txt
    case .inventions: PackageResources.inventions_txt
    case .events: PackageResources.events_txt
    case .songs: PackageResources.songs_txt
    case .suite: PackageResources.suite_txt
    case .moons: PackageResources.moons_txt
    case .planets: PackageResources.planets_txt
    case .stars: PackageResources.stars_txt
    case .namesakes: PackageResources.namesakes_txt
    case .weekdays: PackageResources.weekdays_txt
    case .zodiac: PackageResources.zodiac_txt
    case .cars: PackageResources.cars_txt
    case .gods: PackageResources.gods_txt
    case .myths: PackageResources.myths_txt
    case .strangers: PackageResources.strangers_txt
    }
  }
}
