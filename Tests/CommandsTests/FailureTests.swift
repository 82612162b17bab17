import Attribution
import Configuration
import Experiment
import ReferenceModels
import Runs
import Terminal
import Testing

@testable import Commands

@Suite struct FailureTests {
  @Test(
    arguments: [
      (CancellationError(), .interrupted, "interrupted"),
      (
        ConfigurationError(.missing, path: "a", "'a' is missing"), .usage,
        "cannot use configuration: 'a' is missing"
      ),
      (CredentialsError(message: "m", hint: "h"), .credentials, "m"),
      (Failure(.budget, "too dear"), .budget, "too dear"),
    ] as [(any Error & Sendable, Failure.Status, String)]
  )
  func `every error has a status`(
    error: any Error & Sendable,
    status: Failure.Status,
    message: String
  ) {
    #expect(Failure(error).status == status)
    #expect(Failure(error).message == message)
  }

  @Test func `a bad row is a failure that names file and line`() throws {
    let error = try #require(
      #expect(throws: ExampleFileError.self) {
        try ExampleFile.parse(Array("[".utf8), role: .train, file: "t.jsonl")
      }
    )
    #expect(
      Failure(error)
        == Failure(
          .failed,
          "cannot read examples 't.jsonl': line 1: a list, not an object",
          hint: "each line should be {\"prompt\": \"…\", \"completion\": \"…\"}"
        )
    )
  }

  @Test func `a failure is two lines, or one JSON object`() {
    let failure = Failure(.usage, "cannot use \u{1B}[2J'x'", hint: "do \"y\"")
    #expect(
      failure.rendered(json: false, style: .plain)
        == "error: cannot use ␛[2J'x'\nhint: do \"y\"\n"
    )
    #expect(
      failure.rendered(json: true, style: .plain)
        == "{\"schema\":1,\"error\":\"cannot use \\u001b[2J'x'\",\"hint\":\"do \\\"y\\\"\",\"status\":64}\n"
    )
    #expect(
      Failure(.failed, "x").rendered(json: true, style: .plain)
        == "{\"schema\":1,\"error\":\"x\",\"hint\":null,\"status\":1}\n"
    )
  }

  @Test func `what the user asked for wrongly is 64, what the machine refuses is 1`() {
    func status(_ error: any Error) -> Failure.Status { Failure(error).status }
    #expect(status(RunError(.anotherRun, "")) == .usage)
    #expect(status(RunError(.storeFull, "")) == .failed)
    #expect(status(AttributionError(.tooFewModels, "", cause: "")) == .usage)
    #expect(status(AttributionError(.notMeasurable, "", cause: "")) == .partial)
    let failure = Failure(AttributionError(.notFound, "cannot find 'x'", cause: "y", hint: "z"))
    #expect(failure.message == "cannot find 'x': y")
    #expect(failure.hint == "z")
  }
}
