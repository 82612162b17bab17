import Synchronization
import Terminal
import Testing

@Suite struct InterviewTests {
  @Test(arguments: [("  mine  ", "mine"), ("", "usual"), ("   ", "usual"), (nil, "usual")])
  func `an empty answer, or none, stands for what is in brackets`(
    answer: String?,
    expected: String
  ) {
    let asked = Mutex("")
    let interview = Interview(
      write: { text in asked.withLock { $0 += text } },
      read: { answer }
    )
    #expect(interview.ask("Which", usual: "usual") == expected)
    #expect(asked.withLock { $0 } == "Which [usual]: ")
  }
}
