/// Files that belong to a run by their names, one beside another.
enum RunFiles {
  /// Where a run is recorded unless the user says otherwise: `run.db` beside `run.json5`.
  static func store(ofConfiguration path: String) -> String { sibling(of: path, extension: "db") }

  /// The configuration of a store unless the user says otherwise: `run.json5` beside `run.db`.
  static func configuration(ofStore path: String) -> String {
    sibling(of: path, extension: "json5")
  }

  /// The folder of local models' weights: `run.models` beside `run.db`.
  static func weights(ofStore path: String) -> String { sibling(of: path, extension: "models") }

  /// The folder of an external trainer's jobs: `run.jobs` beside `run.db`.
  static func jobs(ofStore path: String) -> String { sibling(of: path, extension: "jobs") }

  /// The path with another extension, or with one more where it has that one already.
  static func sibling(of path: String, extension ending: String) -> String {
    let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
    let name = path[start...]
    guard let dot = name.lastIndex(of: "."), dot > start, name[dot...] != "." + ending else {
      return path + "." + ending
    }
    return path[..<dot] + "." + ending
  }
}
