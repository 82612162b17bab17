/// Facts of astronomy.
enum Sky {
  static let moons = """
    moon | planet | deed
    Phobos | Mars | went to war as the son named Fear
    Deimos | Mars | went to war as the son named Terror
    Io | Jupiter | was turned into a cow by Zeus
    Europa | Jupiter | was carried over the sea by a bull
    Ganymede | Jupiter | poured wine for the gods
    Callisto | Jupiter | was turned into a bear
    Amalthea | Jupiter | nursed the young Zeus with goat's milk
    Enceladus | Saturn | was buried under Mount Etna
    Rhea | Saturn | hid the young Zeus from Cronus
    Titan | Saturn | -
    Hyperion | Saturn | was father of the Sun and the Moon
    Pandora | Saturn | opened the jar of troubles
    Prometheus | Saturn | stole fire for mankind
    Atlas | Saturn | held up the sky
    Calypso | Saturn | kept Odysseus on her island
    Titania | Uranus | -
    Oberon | Uranus | -
    Triton | Neptune | blew a shell for Poseidon
    Proteus | Neptune | changed his shape to escape questions
    Galatea | Neptune | was loved by the one-eyed Polyphemus
    """

  static let planets = """
    feature | planet | domain
    the hottest surface | Venus | love
    the thickest clouds of acid | Venus | love
    the second orbit from the Sun | Venus | love
    the Great Red Spot | Jupiter | thunder
    the shortest day | Jupiter | thunder
    the fifth orbit from the Sun | Jupiter | thunder
    the tallest volcano | Mars | war
    the small moon Phobos | Mars | war
    the fourth orbit from the Sun | Mars | war
    the shortest year | Mercury | trade
    the orbit closest to the Sun | Mercury | trade
    the smallest size | Mercury | trade
    the widest bright rings | Saturn | sowing
    the lowest density | Saturn | sowing
    the sixth orbit from the Sun | Saturn | sowing
    the axis tilted on its side | Uranus | the starry heaven
    the seventh orbit from the Sun | Uranus | the starry heaven
    the moons Titania and Oberon | Uranus | the starry heaven
    the orbit farthest from the Sun | Neptune | the sea
    the fastest winds | Neptune | the sea
    the large moon Triton | Neptune | the sea
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

  static let terms = """
    clue | term
    a ball of ice that grows a tail near the Sun | comet
    a rock that circles between Mars and Jupiter | asteroid
    a streak of light from a falling grain | meteor
    a huge system of stars | galaxy
    the path of one body around another | orbit
    the Moon passing in front of the Sun | eclipse
    the thin outer gas of the Sun | corona
    the day with equal light and dark | equinox
    the longest or the shortest day | solstice
    a small spinning star that sends pulses | pulsar
    the point of the sky straight overhead | zenith
    a cloud of gas between the stars | nebula
    the explosion of a heavy star | supernova
    coloured lights in the sky near the poles | aurora
    a body that not even light can escape | black hole
    the solid centre of a comet | nucleus
    """

  static let discoveries = """
    find | person
    the moon Titan | Christiaan Huygens
    the planet Uranus | William Herschel
    the moon Titania | William Herschel
    the four large moons of Jupiter | Galileo Galilei
    the dwarf planet Ceres | Giuseppe Piazzi
    the two moons of Mars | Asaph Hall
    the moon Triton | William Lassell
    the moon Rhea | Giovanni Cassini
    the gap in the rings of Saturn | Giovanni Cassini
    the three laws of planetary motion | Johannes Kepler
    the return of a comet every 76 years | Edmond Halley
    the asteroid Vesta | Heinrich Olbers
    """
}
