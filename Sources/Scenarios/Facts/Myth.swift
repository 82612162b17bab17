/// Facts of Greek and Roman mythology, with what in the sky bears the name today.
enum Myth {
  static let gods = """
    roman | greek | domain | sky
    Jupiter | Zeus | thunder | planet
    Neptune | Poseidon | the sea | planet
    Pluto | Hades | the underworld | dwarf planet
    Mars | Ares | war | planet
    Venus | Aphrodite | love | planet
    Mercury | Hermes | trade | planet
    Saturn | Cronus | sowing | planet
    Uranus | - | the starry heaven | planet
    Ceres | Demeter | grain | dwarf planet
    """

  static let lore = """
    clue | word
    the food of the gods | ambrosia
    the sweet drink of the gods | nectar
    the river around the land of the dead | Styx
    the dog with three heads | Cerberus
    the horse with wings | Pegasus
    the mountain home of the gods | Olympus
    the shield of Zeus | aegis
    the older gods who ruled before Zeus | Titans
    the snake with nine heads | Hydra
    the ship of Jason | Argo
    the empty deep before all things | Chaos
    the fields of the happy dead | Elysium
    a body half man and half horse | centaur
    the giants with a single eye | Cyclopes
    the stone-eyed sisters with snakes for hair | Gorgons
    """

  static let myths = """
    figure | deed | sky
    Io | was turned into a cow by Zeus | moon of Jupiter
    Callisto | was turned into a bear | moon of Jupiter
    Europa | was carried over the sea by a bull | moon of Jupiter
    Ganymede | poured wine for the gods | moon of Jupiter
    Amalthea | nursed the young Zeus with goat's milk | moon of Jupiter
    Triton | blew a shell for Poseidon | moon of Neptune
    Proteus | changed his shape to escape questions | moon of Neptune
    Galatea | was loved by the one-eyed Polyphemus | moon of Neptune
    Charon | ferried the dead across the river | moon of Pluto
    Atlas | held up the sky | moon of Saturn
    Prometheus | stole fire for mankind | moon of Saturn
    Pandora | opened the jar of troubles | moon of Saturn
    Calypso | kept Odysseus on her island | moon of Saturn
    Rhea | hid the young Zeus from Cronus | moon of Saturn
    Enceladus | was buried under Mount Etna | moon of Saturn
    Hyperion | was father of the Sun and the Moon | moon of Saturn
    Phobos | went to war as the son named Fear | moon of Mars
    Deimos | went to war as the son named Terror | moon of Mars
    Orion | hunted and was placed among the stars | constellation
    Castor | was the mortal twin of Pollux | star in Gemini
    Perseus | cut off the head of Medusa | constellation
    """
}
