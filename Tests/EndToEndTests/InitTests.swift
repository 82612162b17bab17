import Foundation
import TestSupport
import Testing

struct InitTests {
  @Test func `with nothing but two files it writes a configuration that plan and run take`()
    async throws
  {
    let place = try Workplace()
    let made = try await place.daunce(
      "init",
      "--train",
      "train.jsonl",
      "--queries",
      "queries.jsonl",
      "--models",
      "4",
      "--output",
      "first.json5"
    )
    #expect(made.status == 0, "\(made.notes)")
    #expect(made.output.contains("40 training rows in train.jsonl, tags: clean (32), planted (8)"))
    #expect(made.notes.contains("next: daunce plan first.json5"))
    #expect(made.notes.contains("daunce top first.db --tag clean --group"))
    let plan = try await place.daunce("plan", "first.json5", "--json")
    #expect(try plan.objects().first?["jobs"] as? Int == 5)
    let shown = try await place.daunce("config", "show", "first.json5", "--json")
    let values = try #require(shown.objects().first?["values"] as? [[String: Any]])
    let models = try #require(values.first { $0["key"] as? String == "perturbation.models" })
    #expect(models["value"] as? Int == 4)
    #expect((models["from"] as? String)?.hasPrefix("file line ") == true)
  }

  @Test func `rows of other forms are converted beside it, always to the same bytes`() async throws
  {
    let place = try Workplace()
    try place.write(
      "alpaca.json",
      "[{\"instruction\": \"Say\", \"input\": \"a\", \"output\": \"b\", \"source\": \"s\"},\n"
        + " {\"instruction\": \"Do\", \"input\": \"\", \"output\": \"c\"}]"
    )
    try place.write("ask.csv", "question;answer;tags\r\n\"a;\nb\";c;odd\r\n")
    let words = ["init", "mine", "--train", "alpaca.json", "--queries", "ask.csv"]
    let made = try await DaunceProcess(words, in: place.url).ending()
    #expect(made.status == 0, "\(made.notes)")
    #expect(made.output.contains("left out: source"))
    let rows = try place.read("mine/train.converted.jsonl")
    #expect(
      String(decoding: rows, as: UTF8.self)
        == "{\"prompt\":\"Say\\n\\na\",\"completion\":\"b\"}\n{\"prompt\":\"Do\",\"completion\":\"c\"}\n"
    )
    let queries = try place.read("mine/queries.converted.jsonl")
    #expect(
      String(decoding: queries, as: UTF8.self)
        == "{\"tags\":[\"odd\"],\"prompt\":\"a;\\nb\",\"completion\":\"c\"}\n"
    )
    let configuration = try place.read("mine/run.json5")
    let again = try await DaunceProcess(["init", "--force"] + words.dropFirst(), in: place.url)
      .ending()
    #expect(again.status == 0 && again.output == made.output)
    #expect(try place.read("mine/train.converted.jsonl") == rows)
    #expect(try place.read("mine/run.json5") == configuration)
  }

  @Test func `what is there is refused and stays, unless it may be written over`() async throws {
    let place = try Workplace()
    let words = ["init", "--train", "train.jsonl", "--queries", "queries.jsonl"]
    let before = try place.read("run.json5")
    let refused = try await DaunceProcess(words, in: place.url).ending()
    #expect(refused.status == 64)
    #expect(refused.notes.contains("cannot write 'run.json5': there is such a file"))
    #expect(try place.read("run.json5") == before)

    try place.write("t.csv", "prompt,completion\na,b\n")
    try place.write("train.converted.jsonl", "mine\n")
    let other = try await DaunceProcess(
      ["init", "--train", "t.csv", "--queries", "queries.jsonl", "-o", "other.json5"],
      in: place.url
    ).ending()
    #expect(other.status == 64)
    #expect(other.notes.contains("cannot write 'train.converted.jsonl'"))
    #expect(try place.read("train.converted.jsonl") == Data("mine\n".utf8))
    #expect(!FileManager.default.fileExists(atPath: place.url.appending(path: "other.json5").path))

    let forced = try await DaunceProcess(words + ["--force"], in: place.url).ending()
    #expect(forced.status == 0)
    #expect(try place.read("run.json5") != before)
  }

  @Test func `without a terminal it asks nothing and says what is missing`() async throws {
    let place = try Workplace()
    let files = ["--train", "train.jsonl", "--queries", "queries.jsonl", "-o", "o.json5"]
    for (words, message) in [
      (["init"], "missing option '--train FILE'"),
      (["init", "--train", "train.jsonl"], "missing option '--queries FILE'"),
      (["init", "--host", "openai"] + files, "missing option '--model ID' or '--base ID'"),
      (["init", "--base", "b"] + files, "'--base' means nothing for the host 'local'"),
      (["init", "--host", "opnai"] + files, "did you mean 'openai'?"),
    ] {
      let ending = try await DaunceProcess(words, in: place.url).ending()
      #expect(ending.status == 64 && ending.output.isEmpty, "\(words)")
      #expect(ending.notes.contains(message), "\(words): \(ending.notes)")
    }
  }

  @Test func `a host's configuration has its key by its variable and its models`() async throws {
    let place = try Workplace()
    let made = try await place.daunce(
      "init",
      "--host",
      "openai",
      "--model",
      "ft:x",
      "--base",
      "x",
      "--train",
      "train.jsonl",
      "--queries",
      "queries.jsonl",
      "-o",
      "hosted.json5"
    )
    #expect(made.status == 0, "\(made.notes)")
    let show = ["config", "show", "hosted.json5", "--json"]
    let process = try DaunceProcess(
      show,
      in: place.url,
      environment: ["OPENAI_API_KEY": "sk-secret-of-mine"]
    )
    let shown = try await process.ending()
    #expect(!shown.output.contains("sk-secret"))
    let values = try #require(shown.objects().first?["values"] as? [[String: Any]])
    let found = values.reduce(into: [String: String]()) { found, value in
      found[value["key"] as? String ?? ""] = value["value"] as? String
    }
    #expect(found["trainer.apiKey"] == "set")
    #expect(found["target.model"] == "ft:x" && found["target.base"] == "x")
    let text = try await place.daunce("config", "show", "hosted.json5")
    #expect(text.output.contains(/trainer\.apiKey +not set +environment OPENAI_API_KEY/))
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"),
      "needs python3 for a terminal"
    )
  )
  func `at a terminal it asks, and brackets hold what an empty answer means`() async throws {
    let place = try Workplace()
    // Python's pty gives the program a terminal; the program is beside the tests' own executable.
    let script = """
      import os, pty, sys
      pid, terminal = pty.fork()
      if pid == 0:
          os.execv(sys.argv[1], [sys.argv[1], "init", "-o", "asked.json5", "--models", "4"])
      for answer in ["", "train.jsonl", ""]:
          os.write(terminal, (answer + "\\n").encode())
      text = b""
      while True:
          try:
              part = os.read(terminal, 4096)
          except OSError:
              break
          if not part: break
          text += part
      sys.stdout.write(text.decode())
      sys.exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
      """
    try place.write("ask.py", script)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = ["ask.py", try DaunceProcess.program().path]
    process.currentDirectoryURL = place.url
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    let said = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    let text = String(decoding: said, as: UTF8.self)
    #expect(process.terminationStatus == 0, "\(text)")
    for question in ["[local]: ", "[train.jsonl]: ", "[queries.jsonl]: "] {
      #expect(text.contains(question), "\(text)")
    }
    #expect(try place.read("asked.json5").count > 500)
  }
}
