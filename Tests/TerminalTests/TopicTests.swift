import Terminal
import Testing

@Suite struct TopicTests {
  @Test func `help of a topic shows its sections`() async throws {
    let expected = """
      tool weather: what it is like

      today:
        SUN  'shines'

      """
    #expect(try await written("help", "weather") == expected)
    #expect(try await written("help").contains("help weather"))
  }

  @Test func `a misspelt topic is answered with the right one`() async throws {
    let error = await #expect(throws: UsageError.self) {
      try await Odd.program.run(
        ["help", "wether"],
        output: Program.Output(width: 80, style: .plain) { _ in }
      )
    }
    #expect(error?.hint == "did you mean 'weather'?")
  }
}
