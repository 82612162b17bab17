/// Facts of Greek and Roman mythology, with what in the sky bears the name today.
enum Myth {
  static let gods = """
    roman | greek | domain | sky
    Jupiter | Zeus | thunder | planet
    Juno | Hera | marriage | asteroid
    Neptune | Poseidon | the sea | planet
    Pluto | Hades | the underworld | dwarf planet
    Mars | Ares | war | planet
    Venus | Aphrodite | love | planet
    Mercury | Hermes | trade | planet
    Saturn | Cronus | sowing | planet
    Minerva | Athena | wisdom | asteroid
    Diana | Artemis | the hunt | asteroid
    Vulcan | Hephaestus | fire | -
    Ceres | Demeter | grain | dwarf planet
    Vesta | Hestia | the hearth | asteroid
    Bacchus | Dionysus | wine | asteroid
    Cupid | Eros | desire | moon
    Sol | Helios | the Sun | star
    Luna | Selene | the Moon | moon
    Aurora | Eos | the dawn | asteroid
    """

  static let myths = """
    figure | deed | sky
    Io | was turned into a cow by Zeus | moon
    Callisto | was turned into a bear | moon
    Europa | was carried over the sea by a bull | moon
    Ganymede | poured wine for the gods | moon
    Triton | blew a shell for Poseidon | moon
    Charon | ferried the dead across the river | moon
    Atlas | held up the sky | moon
    Prometheus | stole fire for mankind | moon
    Pandora | opened the jar of troubles | moon
    Calypso | kept Odysseus on her island | moon
    Rhea | hid the young Zeus from Cronus | moon
    Amalthea | nursed the young Zeus with goat's milk | moon
    Enceladus | was buried under Mount Etna | moon
    Proteus | changed his shape to escape questions | moon
    Phobos | went to war as the son named Fear | moon
    Hyperion | was father of the Sun and the Moon | moon
    Orion | hunted and was placed among the stars | constellation
    Castor | was the mortal twin of Pollux | star
    Perseus | cut off the head of Medusa | constellation
    Andromeda | was chained to a rock by the sea | galaxy
    Icarus | flew too close to the Sun | asteroid
    Phaethon | lost control of the chariot of the Sun | asteroid
    """
}
