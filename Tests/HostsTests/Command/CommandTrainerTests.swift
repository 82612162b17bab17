import Experiment
import FoundationEssentials
import Glibc
import Hosts
import Synchronization
import TestSupport
import Testing

/// A trainer whose program is a shell script, in a folder of its own.
private struct Bench: ~Copyable {
  let folder: TemporaryFolder
  let ledger = MemoryLedger()

  init() throws { folder = try TemporaryFolder() }

  func trainer(
    _ script: String,
    poll: String? = nil,
    withheld: Set<String> = [],
    grace: Duration = .seconds(5),
    longestWait: Duration = .seconds(3600)
  ) -> CommandTrainer {
    func command(_ script: String) -> [String] { ["/bin/sh", "-c", script, "sh", folder.path("")] }
    return CommandTrainer(
      CommandOptions(
        program: command(script),
        poll: poll.map(command),
        interval: .milliseconds(5),
        longestWait: longestWait,
        folder: folder.path("jobs"),
        base: "base",
        withheld: withheld,
        grace: grace
      ),
      ledger: ledger
    )
  }

  func text(_ name: String) throws -> String {
    try String(contentsOfFile: folder.path(name), encoding: .utf8)
  }

  /// What training throws.
  func failure(_ script: String, poll: String? = nil) async throws -> HostError {
    let trainer = trainer(script, poll: poll)
    return try #require(
      await #expect(throws: HostError.self) { _ = try await trainer.train(job()) { _ in } }
    )
  }
}

private func job(_ key: String = "run-k03", weights: [Double]? = nil) -> ModelJob {
  ModelJob(
    key: key,
    start: nil,
    examples: [
      Example(id: "a", prompt: .text("one \"1\""), completion: " two", tags: ["secret-tag"]),
      Example(
        id: "b",
        prompt: .chat([Message(role: "user", content: "ä")]),
        completion: "b"
      ),
    ],
    weights: weights,
    hyperparameters: Hyperparameters(epochs: 2, batchSize: 8),
    seed: 7
  )
}

@Suite struct `an external trainer` {
  @Test func `gets the job and gives the model`() async throws {
    let bench = try Bench()
    let heard = Mutex<[Double]>([])
    let trainer = bench.trainer(
      """
      cat > "$1/request.json"
      echo '{"progress":0.25}'
      echo
      printf '%s' '{"model":"m","checkpoints":["c","m"],"tokens":9,"hyperparameters":{"epochs":3}}'
      """
    )
    let model = try await trainer.train(job(weights: [1.5, 0])) { progress in
      heard.withLock { $0.append(progress.fraction) }
    }
    #expect(model.model == ModelReference("m"))
    #expect(model.checkpoints == [ModelReference("c"), ModelReference("m")])
    #expect(model.hyperparameters == Hyperparameters(epochs: 3, batchSize: 8))
    #expect(model.tokens == 9)
    #expect(heard.withLock { $0 } == [0.25, 1])
    let request = try #require(JSONReader.read(Array(try bench.text("request.json").utf8)))
    #expect(
      request["version"] == 1 && request["key"] == "run-k03" && request["start"] == nil as JSON
    )
    #expect(request["base"] == "base" && request["examples"] == 2 && request["seed"] == 7)
    #expect(request["hyperparameters"]?["epochs"] == 2)
    #expect(request["hyperparameters"]?["learning_rate_multiplier"] == nil as JSON)
    #expect(request["output"] == .string(bench.folder.path("jobs/run-k03")))
    let training = try #require(request["training_file"]?.string)
    let rows = try String(contentsOfFile: training, encoding: .utf8).split(separator: "\n")
    #expect(rows.first == #"{"prompt":"one \"1\"","completion":" two","weight":1.5}"#)
    #expect(rows.last?.hasSuffix(#""content":"b"}],"weight":0}"#) == true)
  }

  @Test func `is not run again for a result that is there, but for other data it is`() async throws
  {
    let bench = try Bench()
    let script = #"echo x >> "$1/runs"; echo '{"model":"m"}'"#
    let first = try await bench.trainer(script).train(job()) { _ in }
    #expect(try await bench.trainer(script).train(job()) { _ in } == first)
    #expect(try bench.text("runs") == "x\n")
    _ = try await bench.trainer(script).train(job(weights: [1, 2])) { _ in }
    #expect(try bench.text("runs") == "x\nx\n")
  }

  @Test func `is run again when its model is no longer there`() async throws {
    let bench = try Bench()
    let script = #"echo x >> "$1/runs"; touch "$1/model"; echo "{\"model\":\"$1/model\"}""#
    for _ in 0..<2 { _ = try await bench.trainer(script).train(job()) { _ in } }
    try FileManager.default.removeItem(atPath: bench.folder.path("model"))
    _ = try await bench.trainer(script).train(job()) { _ in }
    #expect(try bench.text("runs") == "x\nx\n")
  }

  @Test func `may say why it cannot`() async throws {
    let error = try await Bench().failure(#"echo '{"error":"out of memory"}'; exit 1"#)
    #expect(error.code == .jobFailed)
    #expect(error.message == "'/bin/sh' could not train 'run-k03': out of memory")
  }

  @Test func `that fails without a word is quoted from standard error`() async throws {
    let error = try await Bench().failure("echo first >&2; echo '  last  word' >&2; exit 7")
    #expect(error.code == .command)
    #expect(error.message == "'/bin/sh' ended with status 7; its last words: first | last word")
    let killed = try await Bench().failure("kill -9 $$")
    #expect(killed.message == "'/bin/sh' was ended by signal 9; nothing on standard error")
  }

  @Test func `may write as much on standard error as it likes`() async throws {
    let bench = try Bench()
    let script = #"head -c 3000000 /dev/zero | tr '\0' x >&2; echo '{"model":"m"}'"#
    #expect(try await bench.trainer(script).train(job()) { _ in }.model.name == "m")
    let failing = try await Bench().failure(
      "head -c 3000000 /dev/zero | tr '\\0' y >&2; exit 1"
    )
    #expect(failing.message.utf8.count < 500)
  }

  @Test(arguments: [
    "echo hello", "echo '{\"progress\":'", "echo '{\"model\":7}'", "echo '[1]'",
    "echo '{\"model\":\"m\",\"checkpoints\":[1]}'", "printf '\\377\\n'",
  ])
  func `that prints nonsense is ended and told so`(script: String) async throws {
    let start = ContinuousClock.now
    let error = try await Bench().failure(script + "; sleep 600")
    #expect(error.code == .command)
    #expect(error.message.contains("must be JSON lines"))
    #expect(ContinuousClock.now - start < .seconds(120))
  }

  @Test func `that prints an endless line is ended`() async throws {
    let error = try await Bench().failure("yes | tr -d '\\n'")
    #expect(error.message.contains("more than 1048576 bytes"))
  }

  @Test func `that ends without a model, or does not exist, is an error`() async throws {
    let error = try await Bench().failure(#"echo '{"progress":1}'"#)
    #expect(error.message.contains("ended without printing a model"))
    let bench = try Bench()
    let options = CommandOptions(program: ["/no/such/program"], folder: bench.folder.path("jobs"))
    let trainer = CommandTrainer(options, ledger: bench.ledger)
    let missing = await #expect(throws: HostError.self) {
      _ = try await trainer.train(job()) { _ in }
    }
    #expect(missing?.message == "cannot start '/no/such/program': No such file or directory")
    #expect(missing?.isLasting == true)
  }

  @Test func `gets the environment without keys, and no other descriptors`() async throws {
    let bench = try Bench()
    let script = #"""
      ls /proc/self/fd > "$1/descriptors"; echo "${HOME-none} ${PATH-none}" > "$1/environment"
      echo '{"model":"m"}'
      """#
    let stray = unsafe open("/dev/null", O_RDONLY)
    defer { close(stray) }
    _ = try await bench.trainer(script, withheld: ["HOME"]).train(job()) { _ in }
    let words = try bench.text("environment").split(separator: " ")
    #expect(words.first == "none" && words.last != "none\n")
    // Three streams, the lock, and the one by which `ls` reads the folder.
    #expect(try bench.text("descriptors").split(separator: "\n").count == 5)
  }

  @Test func `keeps jobs with odd keys apart`() async throws {
    let bench = try Bench()
    let script = #"cat | tr ',' '\n' | grep output >> "$1/outputs"; echo '{"model":"m"}'"#
    for key in ["a/b", "a/c", "..", "ä"] {
      _ = try await bench.trainer(script).train(job(key)) { _ in }
    }
    let outputs = try bench.text("outputs").split(separator: "\n")
    #expect(Set(outputs).count == 4)
    #expect(outputs.allSatisfy { $0.contains(bench.folder.path("jobs/")) && !$0.contains("..") })
  }
}

@Suite struct `a cancelled external trainer` {
  /// Starts a script, cancels it once it has written `pid`, and waits.
  private func cancel(_ script: String, grace: Duration) async throws -> (pid_t, Duration) {
    let bench = try Bench()
    let trainer = bench.trainer(script, grace: grace)
    let task = Task { _ = try await trainer.train(job()) { _ in } }
    var pid: pid_t?
    while pid == nil {
      try await Task.sleep(for: .milliseconds(5))
      pid = (try? bench.text("pid")).flatMap { $0.hasSuffix("\n") ? pid_t($0.dropLast()) : nil }
    }
    let start = ContinuousClock.now
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    return (try #require(pid), ContinuousClock.now - start)
  }

  // Tasks share their threads with all other tests, so bounds in seconds would measure those: what
  // must not have been waited for takes many times as long.
  @Test func `is ended with its children, long before its grace or its work is over`() async throws
  {
    let script = #"sleep 600 & echo $! > "$1/pid"; wait"#
    let (child, took) = try await cancel(script, grace: .seconds(600))
    #expect(took < .seconds(120))
    // An orphan that was killed is gone, or a zombie that init has yet to collect.
    #expect(await isGone(child))
  }

  @Test func `is killed after a grace period when it does not listen`() async throws {
    let script = #"trap '' TERM; echo $$ > "$1/pid"; while :; do sleep 0.05; done"#
    let (shell, took) = try await cancel(script, grace: .milliseconds(100))
    #expect(took >= .milliseconds(100) && took < .seconds(120))
    // Collected by us: no zombie either.
    #expect(kill(shell, 0) == -1 && errno == ESRCH)
  }

  @Test func `does not run beside one that outlived its caller`() async throws {
    let bench = try Bench()
    // The background part keeps the lock after the first run has ended.
    let script = #"""
      if [ -e "$1/first" ]; then cat "$1/slow"; echo '{"model":"m"}'
      else touch "$1/first"; { sleep 0.3; echo done > "$1/slow"; } & exit 1; fi
      """#
    await #expect(throws: HostError.self) {
      _ = try await bench.trainer(script).train(job()) { _ in }
    }
    let error = try await bench.failure(script)
    #expect(error.message.contains("'done'"))
  }

  private func isGone(_ process: pid_t) async -> Bool {
    for _ in 0..<200 {
      let state = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
      if state?.contains(") Z") ?? true { return true }
      try? await Task.sleep(for: .milliseconds(5))
    }
    return false
  }
}

@Suite struct `a job that an external program submits` {
  private static let submit = #"echo x >> "$1/submitted"; echo '{"job":"4711"}'"#

  @Test func `a poll command that never says anything is given up, but may be asked again`()
    async throws
  {
    let bench = try Bench()
    let silent = bench.trainer(Self.submit, poll: "true", longestWait: .milliseconds(20))
    let error = await #expect(throws: HostError.self) { try await silent.train(job()) { _ in } }
    #expect(error?.code == .jobFailed && error?.message.contains("patienceMinutes") == true)
    let again = bench.trainer("exit 9", poll: #"echo '{"model":"m"}'"#)
    #expect(try await again.train(job()) { _ in }.model.name == "m")
  }

  @Test func `values that cannot have been used are not reported as used`() async throws {
    let bench = try Bench()
    let told = #""hyperparameters":{"epochs":-1,"batch_size":"4","learning_rate_multiplier":0}"#
    let trainer = bench.trainer(#"echo '{"model":"m",\#(told)}'"#)
    let model = try await trainer.train(job()) { _ in }
    #expect(model.hyperparameters == Hyperparameters(epochs: 2, batchSize: 4))
  }

  @Test func `is followed until its model is there`() async throws {
    let bench = try Bench()
    let poll = #"""
      cat > "$1/asked"; echo x >> "$1/polls"
      [ "$(wc -l < "$1/polls")" -lt 3 ] && { echo '{"progress":0.5}'; exit; }
      echo '{"model":"m"}'
      """#
    let model = try await bench.trainer(Self.submit, poll: poll).train(job()) { _ in }
    #expect(model.model.name == "m")
    let asked = try #require(JSONReader.read(Array(try bench.text("asked").utf8)))
    #expect(asked["job"] == "4711" && asked["key"] == "run-k03" && asked["version"] == 1)
    #expect(bench.ledger.ids.isEmpty)
  }

  @Test func `is in the ledger at once, stays after a cancellation, and is taken up again`()
    async throws
  {
    let bench = try Bench()
    let waiting = bench.trainer(Self.submit + "; sleep 30", poll: "true")
    let task = Task { _ = try await waiting.train(job()) { _ in } }
    while bench.ledger.ids.isEmpty { try await Task.sleep(for: .milliseconds(5)) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(
      bench.ledger.resources(job: "run-k03")
        == [RemoteResource(.job, id: "4711", job: "run-k03", host: "command")]
    )
    let again = bench.trainer(Self.submit, poll: #"echo '{"model":"m"}'"#)
    #expect(try await again.train(job()) { _ in }.model.name == "m")
    #expect(try bench.text("submitted") == "x\n")
    #expect(bench.ledger.ids.isEmpty)
  }

  @Test func `that failed is struck out, so that it can be submitted anew`() async throws {
    let bench = try Bench()
    let error = try await bench.failure(Self.submit, poll: #"echo '{"error":"no nodes"}'"#)
    #expect(error.code == .jobFailed)
    #expect(error.message == "job '4711' of 'run-k03' failed: no nodes")
    #expect(bench.ledger.ids.isEmpty)
  }

  @Test func `survives some failing polls, but not all`() async throws {
    let bench = try Bench()
    let poll = #"""
      echo x >> "$1/polls"; [ "$(wc -l < "$1/polls")" -lt 4 ] && exit 1; echo '{"model":"m"}'
      """#
    #expect(
      try await bench.trainer(Self.submit, poll: poll).train(job()) { _ in }.model.name == "m"
    )
    let other = try Bench()
    let error = try await other.failure(Self.submit, poll: "echo squeue: timeout >&2; exit 1")
    #expect(error.message.contains("squeue: timeout"))
    #expect(other.ledger.ids == ["4711"])
  }

  @Test func `needs a poll command`() async throws {
    let error = try await Bench().failure(Self.submit)
    #expect(error.code == .configuration)
    #expect(error.message.contains("no poll command"))
  }
}
