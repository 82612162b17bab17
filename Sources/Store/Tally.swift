import Experiment

/// Sums over one commit, so that counts and money are written once a commit and not once a loss.
struct Tally {
  private struct Counts {
    var measured = 0
    var censored = 0
    var missing = 0
    var repeated = 0
  }

  private struct Account: Hashable {
    let model: Int
    let kind: Spending.Kind
  }

  private var counts: [Int: Counts] = [:]
  private var spent: [Account: (tokens: Int, dollars: Double)] = [:]
  private var methods: [ByteText: Int] = [:]

  /// Counts one loss.
  mutating func count(_ kind: Act.Kind, model: Int, isMissing: Bool, isBound: Bool) {
    if kind == .repeat {
      counts[model, default: Counts()].repeated += 1
    } else if isMissing {
      counts[model, default: Counts()].missing += 1
    } else if isBound {
      counts[model, default: Counts()].censored += 1
    } else {
      counts[model, default: Counts()].measured += 1
    }
  }

  /// Adds money that was spent.
  mutating func add(_ spending: Spending, model: Int) {
    spent[Account(model: model, kind: spending.kind), default: (0, 0)].tokens += spending.tokens
    spent[Account(model: model, kind: spending.kind), default: (0, 0)].dollars += spending.dollars
  }

  /// The number under which a method's name is kept; a new name is added.
  mutating func number(
    ofMethod name: String,
    _ connection: borrowing Connection
  ) throws(StoreError) -> Int {
    if let number = methods[ByteText(name)] { return number }
    let insert = try connection.kept("INSERT OR IGNORE INTO methods (name) VALUES (?1)")
    try insert.statement.bind(name, at: 1)
    try insert.statement.run()
    let select = try connection.kept("SELECT id FROM methods WHERE name = ?1")
    try select.statement.bind(name, at: 1)
    defer { select.statement.reset() }
    let number = try select.statement.step() ? select.statement.integer(0) : 0
    methods[ByteText(name)] = number
    return number
  }

  /// Adds the sums to what is recorded.
  func write(_ connection: borrowing Connection) throws(StoreError) {
    let count = try connection.kept(
      """
      UPDATE models SET measured = measured + ?1, censored = censored + ?2,
        missing = missing + ?3, repeated = repeated + ?4 WHERE number = ?5
      """
    )
    for (model, counts) in counts {
      try count.statement.bind(counts.measured, at: 1)
      try count.statement.bind(counts.censored, at: 2)
      try count.statement.bind(counts.missing, at: 3)
      try count.statement.bind(counts.repeated, at: 4)
      try count.statement.bind(model, at: 5)
      try count.statement.run()
    }
    let pay = try connection.kept(
      """
      INSERT INTO spending (model, kind, tokens, dollars) VALUES (?1, ?2, ?3, ?4)
      ON CONFLICT DO UPDATE SET tokens = tokens + ?3, dollars = dollars + ?4
      """
    )
    for (account, sum) in spent {
      try pay.statement.bind(account.model, at: 1)
      try pay.statement.bind(account.kind.rawValue, at: 2)
      try pay.statement.bind(sum.tokens, at: 3)
      try pay.statement.bind(sum.dollars, at: 4)
      try pay.statement.run()
    }
  }
}
