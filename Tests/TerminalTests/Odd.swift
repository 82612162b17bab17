import Foundation
import Synchronization
import Terminal
import Testing

/// A program whose words would trip a formatter or a shell that takes them for its own.
struct Odd: Sendable, Hashable {
  enum Shade: String, CaseIterable { case light, dark }

  var file: String?
  var folder: String?
  var count = 1
  var shade = Shade.light
  var words: [String] = []
  var isLoud = false

  static let program = Program(
    "tool",
    ".does 'things' to \"files\" \\ and θ0…",
    version: "1.2",
    date: "2026-01-02",
    samples: [Sample("list a.txt heads"), Sample("odd 'it''s' [x]", "don't; say \\n & $HOME `x`")],
    subcommands: [
      Subcommand(Listing.command) { Int32($0.count) },
      Subcommand(
        Command(
          "odd",
          "one of 'everything' [that] is: odd \\ and long, so long that it would never fit into one "
            + "line of eighty characters",
          samples: [Sample("odd"), Sample("odd --loud", "'loud'")],
          positionals: [.optional("DIR", "a folder", \.folder)],
          flags: [
            .value("file", short: "f", "FILE", "a 'file' [of: sorts]", \.file),
            .value("folder", "DIR", "a folder with a $name and a \\", \.folder),
            .value("count", "N", "how many", \.count),
            .choice("shade", "SHADE", "which", \.shade),
            .repeated("word", "WORD", "a word", \.words),
            .toggle("loud", short: "l", ".loud", \.isLoud),
          ],
          discussion: "'Quoted' at its start. .dotted – and so on.",
          defaults: Odd()
        )
      ) { _ in 0 },
    ],
    topics: [
      Topic("weather", "what it is like", sections: [.init("today", [.init("SUN", "'shines'")])])
    ],
    statuses: [ExitStatus(0, "all went well"), ExitStatus(64, "'wrong'")]
  )
}

/// What the program writes.
func written(_ words: String...) async throws -> String {
  let sheet = Mutex("")
  let output = Program.Output(width: 80, style: .plain) { more in sheet.withLock { $0 += more } }
  #expect(try await Odd.program.run(words, output: output) == 0)
  return sheet.withLock { $0 }
}

/// Whether a program is installed; tests that need it say so when it is not.
func hasTool(_ name: String) -> Bool {
  FileManager.default.isExecutableFile(atPath: "/usr/bin/" + name)
}

/// Runs an installed program on a text and gives what it says.
func answer(_ tool: String, _ words: [String], to text: String) throws -> (Int32, String) {
  let process = Process()
  process.executableURL = URL(filePath: "/usr/bin/" + tool)
  process.arguments = words
  // Its own home and no start files: what it says is about the text alone.
  process.environment = ["PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "LC_ALL": "C.UTF-8"]
  let (input, output) = (Pipe(), Pipe())
  process.standardInput = input
  process.standardOutput = output
  process.standardError = output
  try process.run()
  try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
  try input.fileHandleForWriting.close()
  let said = try output.fileHandleForReading.readToEnd() ?? Data()
  process.waitUntilExit()
  return (process.terminationStatus, String(decoding: said, as: UTF8.self))
}
