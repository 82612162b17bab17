import Foundation
import Testing

struct HelpTests {
  @Test(
    arguments: ["demo", "plan", "run", "status", "top", "export", "score", "evaluate"]
  )
  func `help of a command goes to standard output and leads with examples`(
    command: String
  ) async throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let asked = try await DaunceProcess.run("help", command, in: folder)
    #expect(asked.status == 0)
    #expect(asked.notes.isEmpty)
    #expect(asked.output.contains("examples:\n  daunce \(command)"))
    let flagged = try await DaunceProcess.run(command, "--help", in: folder)
    #expect(flagged.output == asked.output)
    let program = try await DaunceProcess.run("help", in: folder)
    #expect(program.output.contains("\n  \(command) "))
  }

  @Test func `a slip of the finger is answered with what was meant`() async throws {
    let place = try Workplace()
    let command = try await place.daunce("staus", "run.db")
    #expect(command.status == 64)
    #expect(command.output.isEmpty)
    #expect(command.notes.contains("did you mean 'status'?"))
    let option = try await place.daunce("top", "run.db", "--qury", "q1")
    #expect(option.status == 64)
    #expect(option.notes.contains("did you mean '--query'?"))
  }
}
