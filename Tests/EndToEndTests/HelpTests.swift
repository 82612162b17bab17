import Foundation
import Testing

struct HelpTests {
  @Test func `help of every command goes to standard output and leads with examples`()
    async throws
  {
    let place = try Workplace()
    let program = try await place.daunce("help")
    #expect(program.status == 0)
    let commands = program.output.matches(of: /(?m)^  ([a-z]+) {2,}\S/).map { String($0.1) }
    #expect(Set(commands).isSuperset(of: ["demo", "plan", "run", "status", "top", "validate"]))
    for command in commands {
      let asked = try await place.daunce("help", command)
      #expect(asked.status == 0 && asked.notes.isEmpty)
      #expect(asked.output.contains("examples:\n  daunce \(command)"), "\(asked.output)")
      let flagged = try await place.daunce(command, "--help")
      #expect(flagged.output == asked.output)
    }
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
