import Experiment
import Synchronization
import Testing

/// A clock that a test sets, and what was told.
private final class Watch: Sendable {
  private let state = Mutex((now: 1_000.0, told: [[Wait]]()))

  var waits: Waits {
    Waits(now: { self.state.withLock { $0.now } }) { waits in
      self.state.withLock { $0.told.append(waits) }
    }
  }
  var told: [[Wait]] { state.withLock { $0.told } }
  var subjects: [String] { told.last?.map(\.subject) ?? [] }

  func set(_ now: Double) { state.withLock { $0.now = now } }
}

@Suite struct `what is waited for` {
  @Test func `is told once it takes longer than some seconds, and no more when it is over`() {
    let watch = Watch()
    let waits = watch.waits
    Waits.$current.withValue(waits) {
      let waiting = Waiting(for: "a job")
      waiting.tell("queued", pause: .seconds(1))
      #expect(watch.told.isEmpty)
      watch.set(1_005)
      waits.look()
      #expect(watch.told == [[Wait("a job", words: "queued", since: 1_000)]])
      waits.look()
      #expect(watch.told.count == 1)
      waiting.tell("running", pause: .seconds(1), until: 1_100, isUsual: true)
      let running = Wait("a job", words: "running", since: 1_000, until: 1_100, isUsual: true)
      #expect(watch.told.last == [running])
      waiting.end()
      #expect(watch.told.last == [])
    }
  }

  @Test func `is told at once when the pause is known to be long`() {
    let watch = Watch()
    Waits.$current.withValue(watch.waits) {
      Waiting(for: "an answer").tell("try again in 5 s", pause: .seconds(5))
    }
    #expect(watch.subjects == ["an answer"])
  }

  @Test func `names the model, has trouble first, then the oldest, and each subject once`() {
    let watch = Watch()
    Waits.$current.withValue(watch.waits) {
      Waits.$model.withValue("model-3") {
        Waiting(for: "a job").tell("running", pause: .seconds(9), isUsual: true)
        watch.set(1_001)
        Waiting(for: "an answer").tell("429", pause: .seconds(9))
        Waiting(for: "an answer").tell("429", pause: .seconds(9))
      }
      watch.set(1_002)
      Waiting(for: "an answer").tell("503", pause: .seconds(9))
    }
    #expect(watch.subjects == ["an answer (model-3)", "an answer", "a job (model-3)"])
  }

  @Test func `of which nothing is known is told alone, and begins anew with every answer`() {
    let watch = Watch()
    let waits = watch.waits
    Waits.$current.withValue(waits) {
      let silence = Waiting(for: "the next answer")
      watch.set(1_007)
      waits.look()
      silence.restart()
      watch.set(1_014)
      waits.look()
      #expect(watch.told.isEmpty)
      watch.set(1_015)
      waits.look()
      #expect(watch.told == [[Wait("the next answer", words: "", since: 1_007)]])
      Waiting(for: "a job").tell("queued", pause: .seconds(60))
      #expect(watch.subjects == ["a job"])
    }
  }

  @Test(arguments: [
    (0, "1970-01-01T00:00:00Z"), (951_782_399.9, "2000-02-28T23:59:59Z"),
    (951_782_400, "2000-02-29T00:00:00Z"), (1_796_039_200, "2026-11-30T11:46:40Z"),
    (4_107_542_399, "2100-02-28T23:59:59Z"), (4_107_542_400, "2100-03-01T00:00:00Z"),
    (253_402_300_799, "9999-12-31T23:59:59Z"), (.infinity, "1970-01-01T00:00:00Z"),
  ])
  func `is dated in UTC`(seconds: Double, text: String) { #expect(Wait.time(seconds) == text) }

  @Test func `is one line with the host's words`() {
    let wait = Wait("a place", words: "8 a day", since: 0, until: 60)
    #expect(
      wait.text == "a place since 1970-01-01T00:00:00Z, until 1970-01-01T00:01:00Z: 8 a day"
    )
  }
}
