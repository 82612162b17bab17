// swift-tools-version: 6.2
import PackageDescription

// The arrows below are the architecture: a module may use what its line names and nothing else.

let strict: [SwiftSetting] = [
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .treatAllWarnings(as: .error),
]
// Where a call passes through many functions, none of which has a reason to change threads.
let staying: [SwiftSetting] = [.enableUpcomingFeature("NonisolatedNonsendingByDefault")]
// Everywhere but the modules that own C handles or pointers.
let safe: [SwiftSetting] = strict + [.strictMemorySafety()]

let package = Package(
  name: "daunce",
  products: [
    .executable(name: "daunce", targets: ["daunce"]),
    .library(name: "Daunce", targets: ["Experiment", "Attribution", "Hosts", "Runs"]),
  ],
  targets: [
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(
      name: "CCurl",
      pkgConfig: "libcurl",
      providers: [.apt(["libcurl4-openssl-dev"])]
    ),
    .target(name: "CKernels"),

    .target(name: "Experiment", swiftSettings: safe),
    .target(name: "Files", swiftSettings: safe),
    .target(name: "Statistics", swiftSettings: safe),
    .target(
      name: "Attribution",
      dependencies: ["Experiment", "Statistics"],
      resources: [
        .embedInCode("../../prompts/definition.txt"),
        .embedInCode("../../prompts/demonstration.txt"),
      ],
      swiftSettings: safe
    ),
    .target(name: "Transport", dependencies: ["CCurl"], swiftSettings: strict + staying),
    .target(
      name: "Hosts",
      dependencies: ["Experiment", "Files", "Transport"],
      swiftSettings: safe + staying
    ),
    .target(
      name: "Store",
      dependencies: ["Experiment", "Files", "CSQLite"],
      swiftSettings: strict
    ),
    .target(name: "Kernels", dependencies: ["CKernels"], swiftSettings: strict),
    .target(
      name: "ReferenceModels",
      dependencies: ["Experiment", "Files", "Statistics", "Kernels"],
      swiftSettings: safe
    ),
    .target(
      name: "WhiteBox",
      dependencies: ["Experiment", "Statistics", "Kernels", "ReferenceModels"],
      swiftSettings: safe
    ),
    .target(
      name: "Sandbox",
      dependencies: ["Experiment", "Files", "ReferenceModels"],
      swiftSettings: safe
    ),
    .target(
      name: "Scenarios",
      dependencies: ["Experiment", "Statistics"],
      resources: [
        .embedInCode("../../prompts/animals.txt"),
        .embedInCode("../../prompts/arithmetic.txt"),
        .embedInCode("../../prompts/books.txt"),
        .embedInCode("../../prompts/countries.txt"),
        .embedInCode("../../prompts/discoveries.txt"),
        .embedInCode("../../prompts/elements.txt"),
        .embedInCode("../../prompts/events.txt"),
        .embedInCode("../../prompts/frames.txt"),
        .embedInCode("../../prompts/gods.txt"),
        .embedInCode("../../prompts/inventions.txt"),
        .embedInCode("../../prompts/landmarks.txt"),
        .embedInCode("../../prompts/lore.txt"),
        .embedInCode("../../prompts/moons.txt"),
        .embedInCode("../../prompts/myths.txt"),
        .embedInCode("../../prompts/namesakes.txt"),
        .embedInCode("../../prompts/neighbours.txt"),
        .embedInCode("../../prompts/paintings.txt"),
        .embedInCode("../../prompts/planets.txt"),
        .embedInCode("../../prompts/scholars.txt"),
        .embedInCode("../../prompts/stars.txt"),
        .embedInCode("../../prompts/strangers.txt"),
        .embedInCode("../../prompts/suite.txt"),
        .embedInCode("../../prompts/terms.txt"),
        .embedInCode("../../prompts/weekdays.txt"),
        .embedInCode("../../prompts/words.txt"),
        .embedInCode("../../prompts/zodiac.txt"),
      ],
      swiftSettings: safe
    ),
    .target(
      name: "Runs",
      dependencies: ["Experiment", "Attribution", "Store"],
      swiftSettings: safe
    ),
    .target(
      name: "Validation",
      dependencies: [
        "Experiment", "Statistics", "Attribution", "Kernels", "ReferenceModels", "WhiteBox", "Runs",
      ],
      swiftSettings: safe
    ),
    .target(name: "Terminal", swiftSettings: safe),
    .target(
      name: "Configuration",
      dependencies: [
        "Experiment", "Attribution", "Hosts", "Statistics", "Kernels", "ReferenceModels",
        "WhiteBox", "Scenarios", "Validation", "Terminal",
      ],
      resources: [.embedInCode("../../configs/prices.json5")],
      swiftSettings: safe
    ),
    .target(
      name: "Reports",
      dependencies: ["Experiment", "Hosts", "Runs", "Scenarios", "Validation", "Terminal"],
      resources: [.embedInCode("HTML/report.css"), .embedInCode("HTML/report.js")],
      swiftSettings: safe
    ),
    .target(
      name: "Commands",
      dependencies: [
        "Experiment", "Statistics", "Attribution", "Transport", "Hosts", "Store",
        "ReferenceModels", "WhiteBox", "Sandbox", "Scenarios", "Runs", "Validation", "Reports",
        "Terminal", "Kernels", "Files", "Configuration",
      ],
      swiftSettings: safe
    ),
    .executableTarget(name: "daunce", dependencies: ["Commands"], swiftSettings: safe),
    .executableTarget(
      name: "Benchmarks",
      dependencies: [
        "Experiment", "Statistics", "Attribution", "Runs", "Configuration", "Kernels", "Hosts",
        "ReferenceModels", "Sandbox", "Scenarios", "Terminal", "Transport", "Commands",
      ],
      exclude: ["numpy_softmax.py", "pytorch_transformer.py"],
      swiftSettings: strict
    ),

    .testTarget(name: "KernelsTests", dependencies: ["Kernels"], swiftSettings: strict),
    .testTarget(
      name: "ReferenceModelsTests",
      dependencies: ["Experiment", "Statistics", "Kernels", "ReferenceModels"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "WhiteBoxTests",
      dependencies: ["Experiment", "Statistics", "Kernels", "ReferenceModels", "WhiteBox"],
      exclude: ["Oracle"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "ValidationTests",
      dependencies: [
        "Experiment", "Statistics", "Attribution", "Kernels", "ReferenceModels", "WhiteBox", "Runs",
        "Store", "Validation", "TestSupport",
      ],
      swiftSettings: strict
    ),
    .testTarget(name: "StatisticsTests", dependencies: ["Statistics"], swiftSettings: safe),
    .testTarget(
      name: "AttributionTests",
      dependencies: ["Experiment", "Statistics", "Attribution", "TestSupport"],
      exclude: ["Oracle/estimators.py"],
      swiftSettings: safe
    ),

    .target(
      name: "TestSupport",
      dependencies: ["Experiment"],
      path: "Tests/TestSupport",
      swiftSettings: safe
    ),
    .testTarget(
      name: "TransportTests",
      dependencies: ["Transport", "TestSupport"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "HostsTests",
      dependencies: ["Configuration", "Experiment", "Hosts", "Transport", "TestSupport"],
      swiftSettings: safe
    ),
    .testTarget(
      name: "SandboxTests",
      dependencies: ["Experiment", "ReferenceModels", "Sandbox", "TestSupport"],
      swiftSettings: safe
    ),
    .testTarget(
      name: "StoreTests",
      dependencies: ["Experiment", "Files", "Store", "CSQLite", "TestSupport"],
      swiftSettings: strict
    ),
    .testTarget(
      name: "RunsTests",
      dependencies: ["Experiment", "Runs", "Attribution", "Store", "TestSupport"],
      swiftSettings: safe
    ),
    .testTarget(name: "FilesTests", dependencies: ["Files"], swiftSettings: safe),
    .testTarget(
      name: "ExperimentTests",
      dependencies: ["Experiment", "TestSupport"],
      swiftSettings: safe
    ),
    .testTarget(name: "TerminalTests", dependencies: ["Terminal"], swiftSettings: safe),
    .testTarget(
      name: "ReportsTests",
      dependencies: ["Reports", "Experiment", "Hosts", "Terminal", "TestSupport"],
      swiftSettings: safe
    ),
    .testTarget(
      name: "ConfigurationTests",
      dependencies: [
        "Attribution", "Configuration", "Experiment", "Files", "Hosts", "Kernels",
        "ReferenceModels", "Scenarios", "TestSupport", "Validation", "WhiteBox",
      ],
      swiftSettings: safe
    ),
    .testTarget(
      name: "CommandsTests",
      dependencies: [
        "Attribution", "Commands", "Configuration", "Experiment", "Files", "Hosts",
        "ReferenceModels", "Runs", "Scenarios", "Terminal", "TestSupport",
      ],
      swiftSettings: safe
    ),
    .testTarget(
      name: "ScenariosTests",
      dependencies: ["Attribution", "Experiment", "Scenarios", "Statistics"],
      swiftSettings: safe
    ),
    .testTarget(name: "ArchitectureTests", swiftSettings: safe),
    .testTarget(
      name: "EndToEndTests",
      dependencies: ["daunce", "Experiment", "Statistics", "Store", "TestSupport"],
      exclude: ["Recorded", "openai_client.py", "transformers_nll.py"],
      swiftSettings: strict
    ),
  ],
  swiftLanguageModes: [.v6]
)
