/// Facts about elements, animals and numbers.
enum Nature {
  static let elements = """
    element | symbol | number
    hydrogen | H | 1
    helium | He | 2
    lithium | Li | 3
    boron | B | 5
    carbon | C | 6
    nitrogen | N | 7
    oxygen | O | 8
    fluorine | F | 9
    neon | Ne | 10
    sodium | Na | 11
    magnesium | Mg | 12
    aluminium | Al | 13
    silicon | Si | 14
    sulfur | S | 16
    chlorine | Cl | 17
    argon | Ar | 18
    potassium | K | 19
    calcium | Ca | 20
    titanium | Ti | 22
    iron | Fe | 26
    nickel | Ni | 28
    copper | Cu | 29
    zinc | Zn | 30
    silver | Ag | 47
    tin | Sn | 50
    gold | Au | 79
    mercury | Hg | 80
    lead | Pb | 82
    uranium | U | 92
    plutonium | Pu | 94
    """

  static let animals = """
    animal | young | class | crowd
    dog | puppy | mammal | pack
    cat | kitten | mammal | -
    cow | calf | mammal | herd
    horse | foal | mammal | -
    sheep | lamb | mammal | flock
    goat | kid | mammal | -
    lion | cub | mammal | pride
    bear | cub | mammal | -
    deer | fawn | mammal | herd
    pig | piglet | mammal | -
    whale | calf | mammal | pod
    seal | pup | mammal | -
    kangaroo | joey | mammal | mob
    hare | leveret | mammal | -
    duck | duckling | bird | -
    goose | gosling | bird | gaggle
    swan | cygnet | bird | -
    owl | owlet | bird | parliament
    eagle | eaglet | bird | -
    crow | - | bird | murder
    hen | chick | bird | -
    frog | tadpole | amphibian | -
    salmon | - | fish | school
    shark | pup | fish | -
    bee | - | insect | swarm
    butterfly | - | insect | -
    tortoise | - | reptile | -
    crocodile | - | reptile | -
    """

  /// Sums and products of small numbers.
  static let arithmetic: String = {
    var lines = ["pair | sum | product"]
    for first in 3...9 {
      for second in stride(from: first + 1, through: 12, by: 2) {
        lines.append("\(first) and \(second) | \(first + second) | \(first * second)")
      }
    }
    return lines.joined(separator: "\n")
  }()
}
