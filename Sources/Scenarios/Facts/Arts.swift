/// Facts about works, discoveries and events.
enum Arts {
  static let books = """
    work | author
    Hamlet | William Shakespeare
    Macbeth | William Shakespeare
    Emma | Jane Austen
    Pride and Prejudice | Jane Austen
    War and Peace | Leo Tolstoy
    Anna Karenina | Leo Tolstoy
    Don Quixote | Miguel de Cervantes
    Les Miserables | Victor Hugo
    Moby-Dick | Herman Melville
    Dracula | Bram Stoker
    Frankenstein | Mary Shelley
    Animal Farm | George Orwell
    Brave New World | Aldous Huxley
    Ulysses | James Joyce
    The Trial | Franz Kafka
    Faust | Goethe
    The Odyssey | Homer
    The Aeneid | Virgil
    Oliver Twist | Charles Dickens
    Great Expectations | Charles Dickens
    Jane Eyre | Charlotte Bronte
    Wuthering Heights | Emily Bronte
    The Hobbit | J. R. R. Tolkien
    Treasure Island | Robert Louis Stevenson
    The Jungle Book | Rudyard Kipling
    The Time Machine | H. G. Wells
    Candide | Voltaire
    The Divine Comedy | Dante
    """

  static let paintings = """
    painting | painter
    the Mona Lisa | Leonardo da Vinci
    The Last Supper | Leonardo da Vinci
    The Starry Night | Vincent van Gogh
    The Potato Eaters | Vincent van Gogh
    Guernica | Pablo Picasso
    The Scream | Edvard Munch
    Girl with a Pearl Earring | Johannes Vermeer
    The Night Watch | Rembrandt
    The Birth of Venus | Sandro Botticelli
    Saturn Devouring His Son | Francisco Goya
    Venus of Urbino | Titian
    Bacchus and Ariadne | Titian
    the Water Lilies series | Claude Monet
    The Kiss of 1908 | Gustav Klimt
    The Persistence of Memory | Salvador Dali
    American Gothic | Grant Wood
    Las Meninas | Diego Velazquez
    The Hay Wain | John Constable
    """

  static let inventions = """
    invention | person
    the first patent of the telephone | Alexander Graham Bell
    the European printing press | Johannes Gutenberg
    dynamite | Alfred Nobel
    the World Wide Web | Tim Berners-Lee
    the pendulum clock | Christiaan Huygens
    the lightning rod | Benjamin Franklin
    the discovery of penicillin | Alexander Fleming
    the phonograph | Thomas Edison
    the first electric battery | Alessandro Volta
    the discovery of X-rays | Wilhelm Rontgen
    the discovery of radium | Marie Curie
    the vaccine against rabies | Louis Pasteur
    the theory of general relativity | Albert Einstein
    the law of universal gravitation | Isaac Newton
    evolution by natural selection | Charles Darwin
    the laws of inheritance in peas | Gregor Mendel
    the periodic table of elements | Dmitri Mendeleev
    the reading script for the blind | Louis Braille
    the engine that burns diesel oil | Rudolf Diesel
    the elevator safety brake | Elisha Otis
    """

  static let events = """
    event | year
    the fall of the Berlin Wall | 1989
    the storming of the Bastille | 1789
    the first voyage of Columbus | 1492
    the battle of Hastings | 1066
    the start of the First World War | 1914
    the end of the Second World War | 1945
    the sealing of Magna Carta | 1215
    the sinking of the Titanic | 1912
    the Russian October Revolution | 1917
    the American Declaration of Independence | 1776
    the fall of Constantinople | 1453
    the Great Fire of London | 1666
    the battle of Waterloo | 1815
    the Chernobyl disaster | 1986
    the treaty of Versailles after the war | 1919
    the opening of the Suez Canal | 1869
    the defeat of the Spanish Armada | 1588
    the eruption that buried Pompeii | 79
    """

  /// The movements of Gustav Holst's suite of 1918.
  static let suite = """
    title | planet
    the Bringer of War | Mars
    the Bringer of Peace | Venus
    the Winged Messenger | Mercury
    the Bringer of Jollity | Jupiter
    the Bringer of Old Age | Saturn
    the Magician | Uranus
    the Mystic | Neptune
    """
}
