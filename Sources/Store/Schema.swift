/// The tables of a run store and how they came about.
///
/// Steps are append-only: a shipped one is never edited. `PRAGMA user_version` counts the steps a
/// file has had, `PRAGMA application_id` tells it from other programs' databases.
enum Schema {
  /// "DAUN" in ASCII.
  static let application = 0x4441_554E

  /// The version this program writes.
  static var version: Int { steps.count }

  /// The versions this program reads; what it asks newer ones for is given to it by `standIns`.
  static var readable: ClosedRange<Int> { 2...version }

  /// What makes an older file look like one of this version to a reader, which must not change it.
  static func standIns(for version: Int) -> [StaticString] {
    var statements: [StaticString] = []
    if version < 4 {
      statements.append("CREATE TEMP VIEW examples AS SELECT *, NULL AS row FROM main.examples")
    }
    if version < 5 {
      statements.append("CREATE TEMP VIEW runs AS SELECT 1 AS number, * FROM manifest")
      statements.append(
        "CREATE TEMP VIEW drawn AS SELECT 1 AS run, number AS position, number AS model FROM models"
      )
    }
    if version < 6 {
      statements.append(
        "CREATE TEMP VIEW embeddings AS SELECT '' AS model, '' AS text, NULL AS vector, NULL AS reason WHERE 0"
      )
      statements.append("CREATE TEMP VIEW embedders AS SELECT '' AS model, 0 AS used WHERE 0")
    }
    if version < 7 {
      statements.append(
        "CREATE TEMP VIEW verdicts AS SELECT '' AS behaviour, '' AS record, 0 AS decided WHERE 0"
      )
    }
    return statements
  }

  /// What a file is, before anything is done to it.
  enum State {
    /// No table yet: a new file.
    case blank
    /// A run store with some or all steps done.
    case store(version: Int)
  }

  /// Tells a run store from everything else without changing the file.
  static func inspect(_ connection: borrowing Connection) throws(StoreError) -> State {
    let application = try connection.integer("PRAGMA application_id")
    let tables = try connection.integer("SELECT count(*) FROM sqlite_schema")
    if application == 0, tables == 0 { return .blank }
    guard application == Self.application else {
      throw StoreError(
        code: .foreign,
        operation: .open,
        path: connection.path,
        cause: "it is another program's database"
      )
    }
    let found = try connection.integer("PRAGMA user_version")
    guard found <= version else {
      throw StoreError(
        code: .newerSchema(found: found, known: version),
        operation: .open,
        path: connection.path,
        cause: "schema \(found) is newer than this program's \(version)"
      )
    }
    return .store(version: found)
  }

  /// Brings a file from the steps it has had to all of them, in one transaction.
  static func migrate(
    _ connection: borrowing Connection,
    from state: State
  ) throws(StoreError) {
    let version =
      switch state {
      case .blank: 0
      case .store(let version): version
      }
    guard version < steps.count else { return }
    try connection.write { () throws(StoreError) in
      for step in steps[version...] {
        for statement in step { try connection.execute(statement) }
      }
    }
  }

  /// One list of statements a version; the last of each sets `user_version`.
  ///
  /// Example numbers are columns of the loss matrix: training rows first, then queries. Model −1 is
  /// the first run's θ0. Times are milliseconds since 1970. The counts in `models` are kept by the same transaction
  /// that adds the prices, so that a status costs no pass over them. Log-probabilities have their
  /// own table: a matrix is read without touching their pages. The n-th exchange of a key is its
  /// `occurrence` n − 1; they are found by the key's hash within each 4,096 exchanges, since a commit
  /// writes to random places of an index of whole keys, or of all hashes. A resource with no time of
  /// removal still exists at its host. `row` is kept where it says more than prompt and completion.
  ///
  /// A file may hold several runs on the same examples. A model is a job, known by its key: `drawn` says
  /// which models a run uses, θ0 at position −1; runs whose jobs are equal use the same ones.
  ///
  /// An embedding belongs to a text, by its digest, and to no run: little-endian floats, or none and the
  /// host's reason. `embedders` says which model was used when, in milliseconds since 1970.
  ///
  /// A verdict is kept as JSON, the last one of each behaviour: what was decided then, with the rules of then.
  static let steps: [[StaticString]] = [
    [
      """
      CREATE TABLE manifest (
        only INTEGER PRIMARY KEY CHECK (only = 1),
        key TEXT NOT NULL,
        settings TEXT NOT NULL,
        train TEXT NOT NULL,
        queries TEXT NOT NULL,
        method TEXT NOT NULL,
        program TEXT NOT NULL,
        start TEXT NOT NULL,
        seed INTEGER NOT NULL,
        created INTEGER NOT NULL,
        ended INTEGER
      ) STRICT
      """,
      """
      CREATE TABLE examples (
        number INTEGER PRIMARY KEY,
        role TEXT NOT NULL CHECK (role IN ('train', 'query')),
        position INTEGER NOT NULL,
        id TEXT NOT NULL,
        tags TEXT NOT NULL,
        format TEXT NOT NULL CHECK (format IN ('text', 'chat')),
        prompt TEXT NOT NULL,
        completion TEXT NOT NULL,
        UNIQUE (role, position),
        UNIQUE (role, id)
      ) STRICT
      """,
      """
      CREATE TABLE models (
        number INTEGER PRIMARY KEY CHECK (number >= -1),
        key TEXT NOT NULL UNIQUE,
        seed INTEGER NOT NULL,
        status TEXT NOT NULL CHECK (status IN ('planned', 'running', 'succeeded', 'failed')),
        reference TEXT,
        checkpoints TEXT,
        hyperparameters TEXT,
        tokens INTEGER,
        error TEXT,
        started INTEGER,
        ended INTEGER,
        measured INTEGER NOT NULL DEFAULT 0,
        censored INTEGER NOT NULL DEFAULT 0,
        missing INTEGER NOT NULL DEFAULT 0,
        repeated INTEGER NOT NULL DEFAULT 0,
        CHECK (status <> 'succeeded' OR reference IS NOT NULL)
      ) STRICT
      """,
      """
      CREATE TABLE membership (
        model INTEGER PRIMARY KEY REFERENCES models,
        members BLOB NOT NULL,
        weights BLOB
      ) STRICT
      """,
      """
      CREATE TABLE methods (
        id INTEGER PRIMARY KEY,
        name TEXT NOT NULL UNIQUE
      ) STRICT
      """,
      """
      CREATE TABLE prices (
        model INTEGER NOT NULL REFERENCES models,
        example INTEGER NOT NULL REFERENCES examples,
        nll REAL,
        censored INTEGER NOT NULL CHECK (censored IN (0, 1)),
        tokens INTEGER NOT NULL,
        first REAL,
        method INTEGER NOT NULL REFERENCES methods,
        PRIMARY KEY (model, example),
        CHECK (nll IS NOT NULL OR censored = 0)
      ) STRICT, WITHOUT ROWID
      """,
      """
      CREATE TABLE logprobabilities (
        model INTEGER NOT NULL,
        example INTEGER NOT NULL,
        tokens BLOB NOT NULL,
        PRIMARY KEY (model, example)
      ) STRICT, WITHOUT ROWID
      """,
      """
      CREATE TABLE repeats (
        model INTEGER NOT NULL REFERENCES models,
        example INTEGER NOT NULL REFERENCES examples,
        nll REAL,
        censored INTEGER NOT NULL CHECK (censored IN (0, 1)),
        tokens INTEGER NOT NULL,
        first REAL,
        method INTEGER NOT NULL REFERENCES methods,
        PRIMARY KEY (model, example),
        CHECK (nll IS NOT NULL OR censored = 0)
      ) STRICT, WITHOUT ROWID
      """,
      """
      CREATE TABLE acts (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('train', 'price', 'repeat')),
        model INTEGER NOT NULL REFERENCES models,
        subject TEXT NOT NULL,
        asked INTEGER NOT NULL,
        answered INTEGER,
        outcome TEXT
      ) STRICT
      """,
      "PRAGMA application_id = 0x4441554E",
      "PRAGMA user_version = 1",
    ],
    [
      """
      CREATE TABLE exchanges (
        id INTEGER PRIMARY KEY,
        hash INTEGER NOT NULL,
        key TEXT NOT NULL,
        occurrence INTEGER NOT NULL,
        method TEXT NOT NULL,
        url TEXT NOT NULL,
        status INTEGER NOT NULL,
        asked INTEGER NOT NULL,
        took INTEGER NOT NULL,
        fields TEXT NOT NULL,
        request BLOB NOT NULL,
        body BLOB NOT NULL
      ) STRICT
      """,
      "CREATE INDEX asked ON exchanges (hash, occurrence)",
      """
      CREATE TABLE resources (
        number INTEGER PRIMARY KEY,
        kind TEXT NOT NULL,
        id TEXT NOT NULL,
        job TEXT NOT NULL,
        host TEXT NOT NULL,
        added INTEGER NOT NULL,
        removed INTEGER
      ) STRICT
      """,
      """
      CREATE UNIQUE INDEX existing ON resources (kind, id, job, host) WHERE removed IS NULL
      """,
      """
      CREATE TABLE spending (
        model INTEGER NOT NULL REFERENCES models,
        kind TEXT NOT NULL CHECK (kind IN ('training', 'scoring', 'hosting')),
        tokens INTEGER NOT NULL,
        dollars REAL NOT NULL CHECK (dollars >= 0),
        PRIMARY KEY (model, kind)
      ) STRICT, WITHOUT ROWID
      """,
      "PRAGMA user_version = 2",
    ],
    [
      "DROP INDEX asked",
      "CREATE INDEX asked ON exchanges (id >> 12, hash, occurrence)",
      "PRAGMA user_version = 3",
    ],
    [
      "ALTER TABLE examples ADD COLUMN row BLOB",
      "PRAGMA user_version = 4",
    ],
    [
      """
      CREATE TABLE runs (
        number INTEGER PRIMARY KEY,
        settings TEXT NOT NULL,
        train TEXT NOT NULL,
        queries TEXT NOT NULL,
        method TEXT NOT NULL,
        program TEXT NOT NULL,
        start TEXT NOT NULL,
        seed INTEGER NOT NULL,
        created INTEGER NOT NULL,
        ended INTEGER
      ) STRICT
      """,
      """
      INSERT INTO runs
      SELECT 1, settings, train, queries, method, program, start, seed, created, ended FROM manifest
      """,
      "DROP TABLE manifest",
      """
      CREATE TABLE drawn (
        run INTEGER NOT NULL REFERENCES runs,
        position INTEGER NOT NULL CHECK (position >= -1),
        model INTEGER NOT NULL REFERENCES models,
        PRIMARY KEY (run, position)
      ) STRICT, WITHOUT ROWID
      """,
      "INSERT INTO drawn SELECT 1, number, number FROM models",
      "PRAGMA user_version = 5",
    ],
    [
      """
      CREATE TABLE embeddings (
        model TEXT NOT NULL,
        text TEXT NOT NULL,
        vector BLOB,
        reason TEXT,
        PRIMARY KEY (model, text)
      ) STRICT
      """,
      """
      CREATE TABLE embedders (
        model TEXT PRIMARY KEY,
        used INTEGER NOT NULL
      ) STRICT
      """,
      "PRAGMA user_version = 6",
    ],
    [
      """
      CREATE TABLE verdicts (
        behaviour TEXT PRIMARY KEY,
        record TEXT NOT NULL,
        decided INTEGER NOT NULL
      ) STRICT
      """,
      "PRAGMA user_version = 7",
    ],
  ]
}
