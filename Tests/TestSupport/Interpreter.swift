package import Foundation

/// An interpreter that may be installed beside the tests, with a library.
///
/// Python is that of `DAUNCE_PYTHON`, else `python3`.
package struct Interpreter: Sendable {
  private let words: [String]
  private let importing: @Sendable (String) -> String

  /// Python.
  package static let python = Interpreter(
    words: [ProcessInfo.processInfo.environment["DAUNCE_PYTHON"] ?? "python3", "-c"]
  ) { "import \($0)" }

  /// R.
  package static let r = Interpreter(words: ["Rscript", "-e"]) { "library(\($0))" }

  /// Whether it is there with a library.
  package func has(_ library: String) -> Bool {
    let folder = FileManager.default.temporaryDirectory
    return (try? run(importing(library), in: folder).status) == 0
  }

  /// Runs a script.
  ///
  /// - Parameters:
  ///   - script: The script.
  ///   - folder: Where it runs.
  /// - Returns: Its exit status and what it printed, errors included.
  /// - Throws: What the system says when it cannot be started.
  package func run(_ script: String, in folder: URL) throws -> (status: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = words + [script]
    process.currentDirectoryURL = folder
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.start()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
