import Glibc
import Terminal
import Testing

@Suite struct InterruptionTests {
  @Test func `the first signal calls the handler and does not end the process`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      let interruption = Interruption { exit(42) }
      kill(getpid(), SIGINT)
      try await Task.sleep(for: .seconds(5))
      withExtendedLifetime(interruption) {}
    }
  }

  @Test func `a second signal of the same kind ends the process`() async {
    await #expect(processExitsWith: .signal(SIGINT)) {
      let interruption = Interruption { kill(getpid(), SIGINT) }
      kill(getpid(), SIGINT)
      try await Task.sleep(for: .seconds(5))
      withExtendedLifetime(interruption) {}
    }
  }

  @Test func `a second signal of the other kind ends the process`() async {
    await #expect(processExitsWith: .signal(SIGTERM)) {
      let interruption = Interruption { kill(getpid(), SIGTERM) }
      kill(getpid(), SIGINT)
      try await Task.sleep(for: .seconds(5))
      withExtendedLifetime(interruption) {}
    }
  }

  @Test func `work begins when signals are heard, not before`() async {
    await #expect(processExitsWith: .exitCode(42)) {
      do {
        try await interruptible {
          kill(getpid(), SIGTERM)
          try await Task.sleep(for: .seconds(60))
        }
      } catch is CancellationError {
        exit(42)
      }
    }
  }
}
