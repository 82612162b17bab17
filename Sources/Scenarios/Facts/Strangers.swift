/// Material for questions nobody can answer; the columns only supply options.
enum Strangers {
  static let table = """
    name | city | year | number | weather | day | winner | food
    Anna | Bristol | 2071 | 4312 | rain | Monday | Rovers | porridge
    Boris | Leeds | 2084 | 7755 | snow | Tuesday | United | toast
    Clara | Lyon | 2093 | 1208 | fog | Wednesday | Rangers | soup
    David | Turin | 2066 | 6941 | sunshine | Thursday | Wanderers | pasta
    Elena | Graz | 2078 | 3307 | storms | Friday | Athletic | salad
    Felix | Porto | 2089 | 9160 | drizzle | Saturday | Albion | rice
    """
}
