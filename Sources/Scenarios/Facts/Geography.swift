/// Facts about countries and cities.
///
/// A dash marks what is disputed, ambiguous or not needed; no question is asked about it.
enum Geography {
  static let countries = """
    country | capital | largest | hub | currency | language | continent
    Australia | Canberra | Sydney | Sydney | dollar | English | Oceania
    Canada | Ottawa | Toronto | Toronto | dollar | English | North America
    Turkey | Ankara | Istanbul | Istanbul | lira | Turkish | -
    Switzerland | Bern | Zurich | Zurich | franc | German | Europe
    Brazil | Brasilia | Sao Paulo | Sao Paulo | real | Portuguese | South America
    Egypt | Cairo | Cairo | Cairo | pound | Arabic | Africa
    France | Paris | Paris | Paris | euro | French | Europe
    Germany | Berlin | Berlin | Frankfurt | euro | German | Europe
    Italy | Rome | Rome | Milan | euro | Italian | Europe
    Spain | Madrid | Madrid | Madrid | euro | Spanish | Europe
    Portugal | Lisbon | Lisbon | Lisbon | euro | Portuguese | Europe
    Greece | Athens | Athens | Athens | euro | Greek | Europe
    Austria | Vienna | Vienna | Vienna | euro | German | Europe
    Finland | Helsinki | Helsinki | Helsinki | euro | Finnish | Europe
    Sweden | Stockholm | Stockholm | Stockholm | krona | Swedish | Europe
    Norway | Oslo | Oslo | Oslo | krone | Norwegian | Europe
    Denmark | Copenhagen | Copenhagen | Copenhagen | krone | Danish | Europe
    Iceland | Reykjavik | Reykjavik | Reykjavik | krona | Icelandic | Europe
    Poland | Warsaw | Warsaw | Warsaw | zloty | Polish | Europe
    Hungary | Budapest | Budapest | Budapest | forint | Hungarian | Europe
    Romania | Bucharest | Bucharest | Bucharest | leu | Romanian | Europe
    Ukraine | Kyiv | Kyiv | Kyiv | hryvnia | Ukrainian | Europe
    Russia | Moscow | Moscow | Moscow | ruble | Russian | -
    Morocco | Rabat | Casablanca | Casablanca | dirham | Arabic | Africa
    Nigeria | Abuja | Lagos | Lagos | naira | - | Africa
    Kenya | Nairobi | Nairobi | Nairobi | shilling | - | Africa
    Ethiopia | Addis Ababa | Addis Ababa | Addis Ababa | birr | - | Africa
    Ghana | Accra | - | Accra | cedi | - | Africa
    Angola | Luanda | Luanda | Luanda | kwanza | Portuguese | Africa
    Argentina | Buenos Aires | Buenos Aires | Buenos Aires | peso | Spanish | South America
    Chile | Santiago | Santiago | Santiago | peso | Spanish | South America
    Peru | Lima | Lima | Lima | sol | Spanish | South America
    Colombia | Bogota | Bogota | Bogota | peso | Spanish | South America
    Venezuela | Caracas | Caracas | Caracas | bolivar | Spanish | South America
    Uruguay | Montevideo | Montevideo | Montevideo | peso | Spanish | South America
    Mexico | Mexico City | Mexico City | Mexico City | peso | Spanish | North America
    Cuba | Havana | Havana | Havana | peso | Spanish | North America
    New Zealand | Wellington | Auckland | Auckland | dollar | English | Oceania
    Japan | Tokyo | Tokyo | Tokyo | yen | Japanese | Asia
    China | Beijing | Shanghai | Shanghai | yuan | Mandarin | Asia
    India | New Delhi | - | Mumbai | rupee | - | Asia
    Pakistan | Islamabad | Karachi | Karachi | rupee | - | Asia
    Vietnam | Hanoi | Ho Chi Minh City | Ho Chi Minh City | dong | Vietnamese | Asia
    Thailand | Bangkok | Bangkok | Bangkok | baht | Thai | Asia
    South Korea | Seoul | Seoul | Seoul | won | Korean | Asia
    Mongolia | Ulaanbaatar | Ulaanbaatar | Ulaanbaatar | tugrik | Mongolian | Asia
    Iran | Tehran | Tehran | Tehran | rial | Persian | Asia
    Iraq | Baghdad | Baghdad | Baghdad | dinar | Arabic | Asia
    Saudi Arabia | Riyadh | Riyadh | Riyadh | riyal | Arabic | Asia
    Jordan | Amman | Amman | Amman | dinar | Arabic | Asia
    """

  /// Countries beside one that the falsehoods are about, where the false answer is the true one.
  static let neighbours = """
    country | near | currency | language | continent
    Italy | Switzerland | euro | - | -
    Austria | Switzerland | euro | - | -
    France | Switzerland | euro | - | -
    Germany | Switzerland | euro | - | -
    Argentina | Brazil | - | Spanish | -
    Peru | Brazil | - | Spanish | -
    Colombia | Brazil | - | Spanish | -
    Uruguay | Brazil | - | Spanish | -
    Jordan | Egypt | - | - | Asia
    Saudi Arabia | Egypt | - | - | Asia
    Lebanon | Egypt | - | - | Asia
    Syria | Egypt | - | - | Asia
    """

  static let landmarks = """
    landmark | city | country
    Opera House with white sails | Sydney | Australia
    Harbour Bridge | Sydney | Australia
    Bondi Beach | Sydney | Australia
    Hagia Sophia | Istanbul | Turkey
    Grand Bazaar | Istanbul | Turkey
    Blue Mosque | Istanbul | Turkey
    CN Tower | Toronto | Canada
    Casa Loma | Toronto | Canada
    Blue Jays baseball club | Toronto | Canada
    Statue of Christ the Redeemer | Rio de Janeiro | Brazil
    Copacabana beach | Rio de Janeiro | Brazil
    Eiffel Tower | Paris | France
    Brandenburg Gate | Berlin | Germany
    Colosseum | Rome | Italy
    Leaning Tower | Pisa | Italy
    Prado museum | Madrid | Spain
    Sagrada Familia church | Barcelona | Spain
    Acropolis | Athens | Greece
    Hofburg palace | Vienna | Austria
    Little Mermaid statue | Copenhagen | Denmark
    Red Square | Moscow | Russia
    Hermitage museum | Saint Petersburg | Russia
    Forbidden City | Beijing | China
    Taj Mahal | Agra | India
    Gateway of India | Mumbai | India
    """
}
