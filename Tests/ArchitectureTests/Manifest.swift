/// The targets of a package manifest and the arrows between them, read from its text.
struct Manifest {
  /// What each target depends on, by name.
  let arrows: [String: [String]]
  /// The manifest's text.
  let text: String

  /// Reads the names and dependencies of all targets.
  init(_ text: String) {
    self.text = text
    let kinds = /\.(?:target|executableTarget|testTarget|systemLibrary)\(/
    var arrows: [String: [String]] = [:]
    for declaration in text.split(separator: kinds).dropFirst() {
      guard let name = declaration.firstMatch(of: /name:\s*"(\w+)"/) else { continue }
      let list = declaration.firstMatch(of: /dependencies:\s*\[([^\]]*)\]/)
      let names = list.map { $0.1.matches(of: /"(\w+)"/).map { String($0.1) } }
      arrows[String(name.1)] = names ?? []
    }
    self.arrows = arrows
  }

  /// Every arrow that the design does not allow, sorted.
  func forbidden(by allowed: [String: Set<String>]) -> [String] {
    arrows.flatMap { target, dependencies in
      guard let permitted = allowed[target] else { return ["\(target) is not in the design"] }
      return dependencies.filter { !permitted.contains($0) }.map { "\(target) -> \($0)" }
    }.sorted()
  }
}
