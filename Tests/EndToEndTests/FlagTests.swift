import Foundation
import TestSupport
import Testing

/// A command line with the options that are tried on it, and what they must bring about.
private struct Trial: Sendable {
  enum Effect: Sendable {
    /// Another result than the line without these options, which is given.
    case differs(from: [String])
    /// This status, and this text on one of the streams.
    case ends(Int32, String)
  }

  let words: [String]
  let effect: Effect

  /// Options that change a result.
  static func changing(_ line: [String], _ options: String...) -> Trial {
    Trial(words: line + options, effect: .differs(from: line))
  }

  /// A line that ends with a status and says something.
  static func line(_ words: String..., ends status: Int32, _ text: String) -> Trial {
    Trial(words: words, effect: .ends(status, text))
  }
}

private let topLine = ["top", "run.db", "--tag", "planted", "--json"]
private let evaluateLine = ["evaluate", "run.db", "--tag", "planted", "--json"]
private let compareLine = ["compare", "run.db", "--tag", "planted", "--json"]

/// Trials that read a finished run.
private let reading: [Trial] = [
  .changing(topLine, "--count", "3"), .changing(topLine, "--view", "mean"),
  .changing(topLine, "--purpose", "counterfactual"), .changing(topLine, "--centre", "none"),
  .changing(topLine, "--control", "clean"),
  .changing(evaluateLine, "--view", "mean"), .changing(evaluateLine, "--purpose", "counterfactual"),
  .changing(evaluateLine, "--centre", "none"), .changing(evaluateLine, "--control", "clean"),
  .line("evaluate", "run.db", "--tag", "planted", "--run", "nobody", ends: 64, "'nobody'"),
  .line("status", "run.db", "--run", "nobody", ends: 64, "'nobody'"),
  .line("export", "run.db", "losses", "-o", "l.csv", "--run", "nobody", ends: 64, "'nobody'"),
  .changing(compareLine, "--view", "mean"), .changing(compareLine, "--group"),
  .changing(compareLine, "--against", "clean"),
  .line("verify", "run.db", "--query", "q0", "--run", "nobody", ends: 64, "'nobody'"),
  .line(
    "verify",
    "run.db",
    "--query",
    "q0",
    "--config",
    "no.json5",
    "--events",
    ends: 64,
    "'no.json5'"
  ),
  .line("verify", "run.db", "--query", "q0", "--replay", "no.jsonl", ends: 1, "'no.jsonl'"),
  .line("clean", "run.db", "--config", "no.json5", "-q", "--events", ends: 64, "'no.json5'"),
  .changing(["report", "run.db"], "--redact"), .changing(["report", "run.db"], "--count", "2"),
  .line(
    "score",
    "run.json5",
    "--model",
    "model-0",
    "queries.jsonl",
    "--store",
    "no.db",
    "-q",
    "--events",
    ends: 1,
    "\"event\":\"failed\""
  ),
  .line("probe", "hosted.json5", "--model", "other", "-q", "--events", ends: 4, "OPENAI_API_KEY"),
  .line("plan", "hosted.json5", ends: 5, "cannot keep the budget"),
  .line("sandbox", "--key-env", "NO_SUCH", "--events", ends: 4, "'NO_SUCH'"),
  .line("sandbox", "--fault-kinds", "nonsense", "--seed", "2", ends: 64, "no 'nonsense'"),
  .line("sandbox", "--jobs", "0", "--folder", "box", ends: 64, "--jobs 1 or more"),
  .line("sandbox", "--faults", "2", "--hang", "1", "-q", ends: 64, "--faults is from 0 to 1"),
  .line(
    "investigate",
    "run.json5",
    "--dollars",
    "-1",
    "--events",
    "--query",
    "q0",
    ends: 64,
    "from 0.0"
  ),
  .line(
    "demo",
    "--paper",
    "--models",
    "2",
    "--store",
    "demo.db",
    "-q",
    "--json",
    "--events",
    ends: 64,
    "\"status\":64"
  ),
]

/// Trials that train; they share a store, so one goes after the other.
private let training: [Trial] = [
  .line("verify", "run.db", "--query", "q0", "--jobs", "4", "-q", "--json", ends: 3, "\"schema\""),
  .line("investigate", "run.json5", "--query", "q0", "--jobs", "1", "--json", "-q", ends: 3, "{"),
  .line("investigate", "run.json5", "--tag", "clean", "--jobs", "1", ends: 3, "clean"),
]

/// A demo that only writes its files.
private let demo = [
  "demo", "--write", "demo", "--seed", "9", "--models", "7", "--start", "target",
]

/// Options of an export that change scores.
private let exporting = [
  ["--group"], ["--estimator", "ridge"], ["--view", "mean"], ["--purpose", "counterfactual"],
  ["--centre", "none"], ["--control", "clean"],
]

struct FlagTests {
  @Test func `each option does something, and each status comes about`() async throws {
    let place = try Workplace()
    try place.write(
      "hosted.json5",
      """
      {
        data: { train: "train.jsonl", queries: "queries.jsonl" },
        target: { model: "gpt-4o-mini", base: "gpt-4o-mini" },
        trainer: { provider: "openai" }, budget: { dollars: 0.0001 },
      }
      """
    )
    #expect(try await place.daunce("run", "run.json5", "--quiet").notes.isEmpty)
    var plain: [[String]: DaunceProcess.Ending] = [:]
    for trial in reading + training {
      let ending = try await DaunceProcess(trial.words, in: place.url).ending()
      switch trial.effect {
      case .ends(let status, let text):
        #expect(ending.status == status, "\(trial.words): \(ending.notes)")
        let said = ending.output + ending.notes
        #expect(text.isEmpty || said.contains(text), "\(trial.words): \(said)")
      case .differs(let line):
        if plain[line] == nil {
          plain[line] = try await DaunceProcess(line, in: place.url).ending()
        }
        let other = try #require(plain[line])
        #expect(ending.status == 0 && other.status == 0, "\(trial.words): \(ending.notes)")
        #expect(ending.output != other.output, "\(trial.words)")
      }
    }
  }

  @Test func `options of an export change what is written`() async throws {
    let place = try Workplace()
    #expect(try await place.daunce("run", "run.json5", "-q").status == 0)
    let plain = ["export", "run.db", "scores", "--output", "a.csv"]
    #expect(try await DaunceProcess(plain, in: place.url).ending().status == 0)
    for options in exporting {
      let words = ["export", "run.db", "scores", "-o", "b.csv"] + options
      let ending = try await DaunceProcess(words, in: place.url).ending()
      #expect(ending.status == 0, "\(options): \(ending.notes)")
      #expect(try place.read("b.csv") != place.read("a.csv"), "\(options)")
    }
  }

  @Test func `a demo's files are those that its options ask for`() async throws {
    let place = try Workplace()
    let written = try await DaunceProcess(demo, in: place.url).ending()
    #expect(written.status == 0)
    let name = try #require(written.notes.firstMatch(of: /daunce run (\S+)/)).output.1
    let shown = try await place.daunce("config", "show", String(name), "--json")
    let values = try #require(shown.objects().first?["values"] as? [[String: Any]])
    func value(_ key: String) -> String {
      values.first { $0["key"] as? String == key }?["value"].map { "\($0)" } ?? ""
    }
    #expect(value("perturbation.models") == "7")
    #expect(value("perturbation.seed") == "9")
    #expect(value("perturbation.start") == "target")
  }

  @Test func `no command colours its help when told not to`() async throws {
    let place = try Workplace()
    let environment = ["CLICOLOR_FORCE": "1"]
    for command in try await commands(place).keys {
      let plain = try DaunceProcess(
        [command, "--no-color", "--help"],
        in: place.url,
        environment: environment
      )
      let ending = try await plain.ending()
      #expect(ending.status == 0 && !ending.output.contains("\u{1B}"), "\(command)")
    }
    let coloured = try DaunceProcess(["top", "--help"], in: place.url, environment: environment)
    #expect(try await coloured.ending().output.contains("\u{1B}"))
  }

  @Test func `a documented status and every option of every command are in some test`()
    async throws
  {
    let place = try Workplace()
    let help = try await place.daunce("help")
    let documented = help.output.matches(of: /(?m)^  (\d+) +\S/).compactMap { Int32($0.output.1) }
    #expect(documented == [0, 1, 3, 4, 5, 64, 130])
    // 0 is everywhere; the interrupted sandbox is below.
    let tried = (reading + training).compactMap { trial in
      if case .ends(let status, _) = trial.effect { status } else { nil }
    }
    #expect(Set(tried).union([0, 130]) == Set(documented))

    let lines =
      try (reading + training).map(\.words) + exporting.map { ["export", "--output"] + $0 }
      + [demo] + linesOfTests()
    for (command, options) in try await commands(place) {
      for names in options where !["--help", "--no-color"].contains(names[0]) {
        let isTried = lines.contains { line in
          line.contains(command)
            && line.contains { word in names.contains { word == $0 || word.hasPrefix($0 + "=") } }
        }
        #expect(isTried, "no test runs 'daunce \(command) \(names[0])'")
      }
    }
  }

  @Test func `Ctrl-C ends a server with status 130`() async throws {
    let place = try Workplace()
    let sandbox = try DaunceProcess(["sandbox", "--port", "0"], in: place.url)
    _ = try await sandbox.firstLine()
    sandbox.send(SIGINT)
    #expect(try await sandbox.ending().status == 130)
  }

  /// Every command with its options, each by all its names, from the program's own table.
  private func commands(_ place: borrowing Workplace) async throws -> [String: [[String]]] {
    let script = try await place.daunce("completions", "bash").output
    let commands = script.matches(of: /(?m)^    '([a-z]+)'\) options='([^']*)'/).map { match in
      var options: [[String]] = []
      for word in match.output.2.split(separator: " ").map(String.init) {
        if word.hasPrefix("--") || options.isEmpty {
          options.append([word])
        } else {
          options[options.count - 1].append(word)
        }
      }
      return (String(match.output.1), options)
    }
    #expect(commands.count > 15)
    return Dictionary(uniqueKeysWithValues: commands)
  }

  /// Texts that stand side by side in the tests' sources, as command lines do; what a method named like
  /// a command is called with counts as its line.
  private func linesOfTests() throws -> [[String]] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
    let text = /"(?:[^"\\\n]|\\.)*"/
    var lines: [[String]] = []
    for path in try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    where path.hasSuffix(".swift") && !path.hasSuffix("FlagTests.swift") {
      let source = try String(contentsOf: folder.appending(path: path), encoding: .utf8)
      var line: [String] = []
      var end = source.startIndex
      for match in source.matches(of: text) {
        let between = source[end..<match.range.lowerBound]
        if !between.allSatisfy({ ",+[] \n".contains($0) }) {
          lines.append(line)
          line = []
          let method = between.last == "(" ? between.dropLast().suffix(while: \.isLetter) : ""
          if !method.isEmpty { line.append(String(method)) }
        }
        line.append(String(match.output.dropFirst().dropLast()))
        end = match.range.upperBound
      }
      lines.append(line)
    }
    return lines
  }
}

extension Substring {
  /// The longest ending whose characters all satisfy something.
  fileprivate func suffix(while isSo: (Character) -> Bool) -> Substring {
    self[(lastIndex { !isSo($0) }.map(index(after:)) ?? startIndex)...]
  }
}
