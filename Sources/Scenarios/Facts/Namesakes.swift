/// Facts of other subjects that use the names and words of astronomy.
enum Namesakes {
  /// Elements named after something in the sky.
  static let namesakes = """
    element | body | sky
    uranium | Uranus | planet
    neptunium | Neptune | planet
    plutonium | Pluto | world
    tellurium | Earth | planet
    mercury | Mercury | planet
    selenium | Moon | body
    helium | Sun | star
    cerium | Ceres | world
    palladium | Pallas | asteroid
    """

  /// Days of the week and what they are named after, in French where English honours another god.
  static let weekdays = """
    day | body | sky
    Sunday | Sun | star
    Monday | Moon | body
    French mardi | Mars | planet
    French mercredi | Mercury | planet
    French jeudi | Jupiter | planet
    French vendredi | Venus | planet
    Saturday | Saturn | planet
    """

  /// The star signs of astrology with their traditional rulers.
  static let zodiac = """
    sign | ruler | emblem
    Aries | Mars | ram
    Taurus | Venus | bull
    Gemini | Mercury | twins
    Cancer | Moon | crab
    Leo | Sun | lion
    Virgo | Mercury | maiden
    Libra | Venus | scales
    Scorpio | - | scorpion
    Sagittarius | Jupiter | archer
    Capricorn | Saturn | goat
    Aquarius | - | water carrier
    Pisces | - | fish
    """

  /// Words of astronomy that mean something else.
  static let words = """
    clue | word
    the bony socket of the eye | orbit
    the core of a living cell | nucleus
    one of the reindeer of Santa Claus | Comet
    a line of phones from Samsung | Galaxy
    a light beer from Mexico | Corona
    the sleeping princess in the Disney film | Aurora
    a small car that Nissan built | Pulsar
    a large car that Chevrolet builds | Equinox
    an open car that Pontiac built | Solstice
    a maker of watches in Switzerland | Zenith
    the dog of Mickey Mouse | Pluto
    a dark bar of chocolate with caramel | Mars
    a garden flower with bright petals | Cosmos
    a racing horse that never lost | Eclipse
    a fruit sweet in coloured squares | Starburst
    """

  /// What people known for astronomy did elsewhere.
  static let scholars = """
    find | person
    the wave theory of light | Christiaan Huygens
    two dozen symphonies, some for large bands | William Herschel
    the infrared rays beyond red | William Herschel
    the law of falling bodies | Galileo Galilei
    the early thermometer of water | Galileo Galilei
    the picture that the eye forms upside down | Johannes Kepler
    the densest way to stack balls | Johannes Kepler
    the rule that bad money drives out good | Nicolaus Copernicus
    the diving bell with fresh air | Edmond Halley
    the table of deaths for pensions | Edmond Halley
    the three laws of motion of bodies | Isaac Newton
    the flood works on the river Po | Giovanni Cassini
    the doctor's house in Bremen | Heinrich Olbers
    """
}
