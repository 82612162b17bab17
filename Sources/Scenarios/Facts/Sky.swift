/// Facts of astronomy, and facts of other subjects that use its names.
enum Sky {
  static let moons = """
    moon | planet
    Phobos | Mars
    Deimos | Mars
    Io | Jupiter
    Europa | Jupiter
    Ganymede | Jupiter
    Callisto | Jupiter
    Amalthea | Jupiter
    Enceladus | Saturn
    Tethys | Saturn
    Dione | Saturn
    Rhea | Saturn
    Titan | Saturn
    Hyperion | Saturn
    Iapetus | Saturn
    Phoebe | Saturn
    Pandora | Saturn
    Prometheus | Saturn
    Atlas | Saturn
    Calypso | Saturn
    Miranda | Uranus
    Titania | Uranus
    Oberon | Uranus
    Triton | Neptune
    Proteus | Neptune
    Galatea | Neptune
    """

  static let planets = """
    feature | planet
    the hottest surface | Venus
    the thickest clouds of acid | Venus
    the second orbit from the Sun | Venus
    the Great Red Spot | Jupiter
    the shortest day | Jupiter
    the fifth orbit from the Sun | Jupiter
    the tallest volcano | Mars
    the small moon Phobos | Mars
    the fourth orbit from the Sun | Mars
    the shortest year | Mercury
    the orbit closest to the Sun | Mercury
    the smallest size | Mercury
    the widest bright rings | Saturn
    the lowest density | Saturn
    the sixth orbit from the Sun | Saturn
    an axis tilted on its side | Uranus
    the seventh orbit from the Sun | Uranus
    the moons Titania and Oberon | Uranus
    the orbit farthest from the Sun | Neptune
    the fastest winds | Neptune
    the large moon Triton | Neptune
    """

  static let stars = """
    star | constellation
    Sirius | Canis Major
    Vega | Lyra
    Rigel | Orion
    Betelgeuse | Orion
    Antares | Scorpius
    Aldebaran | Taurus
    Spica | Virgo
    Regulus | Leo
    Arcturus | Bootes
    Altair | Aquila
    Deneb | Cygnus
    Castor | Gemini
    Pollux | Gemini
    Capella | Auriga
    Mira | Cetus
    Polaris | Ursa Minor
    """

  /// Elements named after something in the sky.
  static let namesakes = """
    element | body | sky | sign
    uranium | Uranus | planet | U
    neptunium | Neptune | planet | Np
    plutonium | Pluto | world | Pu
    tellurium | Earth | planet | Te
    mercury | Mercury | planet | Hg
    selenium | Moon | body | Se
    helium | Sun | star | He
    cerium | Ceres | world | Ce
    palladium | Pallas | asteroid | Pd
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

  /// Cars that share a name with something in the sky.
  static let cars = """
    model | maker | sky
    Vega | General Motors | star
    Nova | General Motors | star
    Orion | Ford | constellation
    Taurus | Ford | constellation
    Titan | Nissan | moon
    Gemini | Isuzu | constellation
    Mira | Daihatsu | star
    Aries | Dodge | constellation
    Saturn | General Motors | planet
    Mercury | Ford | planet
    """
}
