import FoundationEssentials
import Testing

/// What each module may import: the table of the design.
private let allowed: [String: Set<String>] = {
  let modules: Set<String> = [
    "Experiment", "Files", "Statistics", "Attribution", "Transport", "Hosts", "Store",
    "Kernels",
    "ReferenceModels", "WhiteBox", "Sandbox", "Scenarios", "Runs",
    "Validation", "Configuration", "Reports", "Terminal",
  ]
  return [
    "CCurl": [], "CSQLite": [], "CKernels": [],
    "Experiment": [],
    "Files": [],
    "Statistics": [],
    "Attribution": ["Experiment", "Statistics"],
    "Transport": ["CCurl"],
    "Hosts": ["Experiment", "Files", "Transport"],
    "Store": ["Experiment", "Files", "CSQLite"],
    "Kernels": ["CKernels"],
    "ReferenceModels": ["Experiment", "Files", "Statistics", "Kernels"],
    "WhiteBox": ["Experiment", "Statistics", "Kernels", "ReferenceModels"],
    "Sandbox": ["Experiment", "Files", "ReferenceModels"],
    "Scenarios": ["Experiment", "Statistics"],
    "Runs": ["Experiment", "Attribution", "Store"],
    "Validation": [
      "Experiment", "Statistics", "Attribution", "Kernels", "ReferenceModels", "WhiteBox", "Runs",
    ],
    "Terminal": [],
    "Configuration": [
      "Experiment", "Attribution", "Hosts", "Statistics", "Kernels", "ReferenceModels", "WhiteBox",
      "Scenarios", "Validation", "Terminal",
    ],
    "Reports": ["Experiment", "Hosts", "Runs", "Scenarios", "Validation", "Terminal"],
    "Commands": modules,
    "daunce": ["Commands"],
    "Benchmarks": modules.union(["Commands"]),
  ]
}()

private let forbiddenNames = ["Utils", "Util", "Helpers", "Helper", "Common", "Core", "Support"]

private func isForbidden(_ name: some StringProtocol) -> Bool {
  name != "TestSupport" && forbiddenNames.contains { name.hasSuffix($0) }
}

/// A text file of the package.
private struct SourceFile {
  /// Its path from the package's root.
  let path: [String]
  let text: String

  var target: String { path[1] }
  var isSwift: Bool { path.last?.hasSuffix(".swift") ?? false }

  /// All C and Swift files below `Sources` and `Tests`.
  static func all() throws -> [SourceFile] {
    let enumerable = try ["Sources", "Tests"].flatMap { folder in
      try FileManager.default.subpathsOfDirectory(atPath: root + folder).map { "\(folder)/\($0)" }
    }
    return try enumerable.sorted().compactMap { path in
      guard [".swift", ".c", ".h"].contains(where: path.hasSuffix) else { return nil }
      let text = try String(contentsOfFile: root + path, encoding: .utf8)
      return SourceFile(path: path.split(separator: "/").map(String.init), text: text)
    }
  }
}

private let root = String(
  #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast(3)
    .joined(separator: "/") + "/"
)

private func manifest() throws -> Manifest {
  Manifest(try String(contentsOfFile: root + "Package.swift", encoding: .utf8))
}

@Suite struct `the package` {
  @Test func `has no arrow that the design forbids`() throws {
    let manifest = try manifest()
    let tests = manifest.arrows.keys.filter { $0.hasSuffix("Tests") || $0 == "TestSupport" }
    let open = Dictionary(uniqueKeysWithValues: tests.map { ($0, Set(manifest.arrows.keys)) })
    #expect(manifest.arrows["Attribution"]?.sorted() == ["Experiment", "Statistics"])
    #expect(manifest.forbidden(by: allowed.merging(open) { first, _ in first }) == [])
  }

  @Test func `imports in each file only what its target names`() throws {
    let arrows = try manifest().arrows
    for file in try SourceFile.all() where file.isSwift {
      let named = Set(arrows[file.target] ?? [])
      for line in file.text.matches(of: /(?m)^(?:@\w+ )*(?:\w+ )?import (\w+)/) {
        let module = String(line.1)
        guard arrows[module] != nil else { continue }
        #expect(named.contains(module), "\(file.path.joined(separator: "/")) imports \(module)")
      }
    }
  }

  @Test func `depends on no other package`() throws {
    #expect(!(try manifest().text.contains(".package(")))
  }

  @Test func `calls nothing Utils, Helpers, Common, Core or Support`() throws {
    for module in try manifest().arrows.keys { #expect(!isForbidden(module), "\(module)") }
    for file in try SourceFile.all() {
      let path = file.path.joined(separator: "/")
      for name in file.path {
        #expect(!isForbidden(name.prefix { $0 != "." }), "\(path)")
      }
      let types = /\b(?:struct|class|enum|actor|protocol|typealias) (\w+)/
      for type in file.text.matches(of: types) {
        #expect(!isForbidden(type.1), "\(path): \(type.1)")
      }
    }
  }

  @Test func `gives a name to one type of one module, as far as other modules see it`() throws {
    var modules: [String: Set<String>] = [:]
    let declared = /(?m)^(?:public|package) (?:\w+ )*(?:struct|class|enum|actor|protocol) (\w+)/
    for file in try SourceFile.all() where file.isSwift && file.path[0] == "Sources" {
      for match in file.text.matches(of: declared) {
        modules[String(match.1), default: []].insert(file.target)
      }
    }
    #expect(modules.count > 200)
    for (name, places) in modules.sorted(by: { $0.key < $1.key }) {
      #expect(places.count == 1, "\(name) is a type of \(places.sorted().joined(separator: ", "))")
    }
  }
}

@Suite struct `what a file of ours may say` {
  private static let declarations = [
    "Hosts/Shared/Profiles/HostProfile.swift", "Hosts/Shared/Profiles/ScoringProfile.swift",
    "Hosts/Shared/Profiles/TrainingProfile.swift", "Hosts/Shared/Serving/ServingOptions.swift",
    "Configuration/Runs/RunConfiguration.swift", "Configuration/PriceList.swift",
    "Configuration/Lab/ValidationConfiguration.swift",
  ]

  @Test(arguments: declarations)
  func `is read somewhere`(declaration: String) throws {
    let files = try SourceFile.all()
    let path = "Sources/" + declaration
    let declared = try #require(files.first { $0.path.joined(separator: "/") == path })
    // A property has a comment, a local variable has none.
    let stored =
      /(?m)^ +\/\/\/[^\n]*\n +(?:public |package )?(?:var|let) (\w+)(?:: [^{\n]+| = [^{\n]+)$/
    let names = declared.text.matches(of: stored).map { String($0.1) }
    #expect(!names.isEmpty)
    // Who fills a value in is no reader.
    let readers = files.filter { file in
      ["Hosts", "Configuration", "Commands"].contains(file.target) && file.path[0] == "Sources"
        && file.path.last?.hasPrefix("RunConfiguration") == false
        || file.path == declared.path
    }
    for name in Set(names) {
      let use = try Regex(
        "[\\w?)\\]\\\\]\\.\(name)(?!\\w| = )|[ (]\(name)(\\[| \\?\\?)|(guard|if) let \(name)(?!\\w)"
      )
      #expect(
        readers.contains { $0.text.contains(use) },
        "nobody reads '\(name)' of \(declaration)"
      )
    }
  }
}

@Suite struct `the reading of a manifest` {
  @Test func `finds arrows that are forbidden`() {
    let manifest = Manifest(
      """
      targets: [
        .target(name: "Terminal", swiftSettings: safe),
        .target(
          name: "Attribution", dependencies: [
            "Experiment", "Store",
          ]),
        .executableTarget(name: "Stray", dependencies: []),
      ]
      """
    )
    #expect(manifest.arrows["Attribution"] == ["Experiment", "Store"])
    #expect(manifest.arrows["Terminal"] == [])
    #expect(
      manifest.forbidden(by: allowed) == ["Attribution -> Store", "Stray is not in the design"]
    )
  }

  @Test func `knows bad names from good ones`() {
    #expect(isForbidden("StringUtils") && isForbidden("Core") && isForbidden("CurlSupport"))
    #expect(!isForbidden("Score") && !isForbidden("TestSupport") && !isForbidden("Corpus"))
  }
}
