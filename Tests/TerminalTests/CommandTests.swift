import Terminal
import Testing

private func parse(_ line: String...) throws -> Listing {
  switch try Listing.command.parse(line, program: "tool") {
  case .run(let options): return options
  case .help: throw Unexpected.help
  }
}

private enum Unexpected: Error { case help }

private func fault(_ line: [String]) throws -> UsageError {
  try #require(
    #expect(throws: UsageError.self) { try Listing.command.parse(line, program: "tool") }
  )
}

@Suite struct CommandTests {
  @Test func `what is not given keeps its default`() throws {
    var expected = Listing()
    expected.file = "a"
    expected.part = .tails
    #expect(try parse("a", "tails") == expected)
  }

  @Test(arguments: [["-n", "7"], ["-n7"], ["-n=7"], ["--count", "7"], ["--count=7"], ["-vln7"]])
  func `a value may be written in every usual way`(words: [String]) throws {
    let outcome = try Listing.command.parse(["a", "heads"] + words, program: "tool")
    guard case .run(let options) = outcome else { throw Unexpected.help }
    #expect(options.count == 7)
  }

  @Test func `switches cluster and options mix with arguments`() throws {
    let options = try parse("-vl", "a", "--order=falling", "heads", "b", "--depth", "3", "c")
    #expect(options.isVerbose && options.isLong)
    #expect(options.order == .falling)
    #expect(options.depth == 3)
    #expect(options.file == "a" && options.extra == ["b", "c"])
  }

  @Test func `repeated options collect in order and single ones keep the last`() throws {
    let options = try parse("a", "heads", "-N", "x", "--name=", "-Ny", "-n1", "-n2")
    #expect(options.names == ["x", "", "y"])
    #expect(options.count == 2)
  }

  @Test func `negative numbers are values and arguments, not options`() throws {
    #expect(try parse("a", "heads", "-w", "-1.5").weight == -1.5)
    #expect(try parse("a", "heads", "--weight=-2e-3").weight == -2e-3)
    #expect(try parse("-3", "heads", "-.5").extra == ["-.5"])
  }

  @Test func `after two dashes everything is an argument, and one dash is one too`() throws {
    #expect(
      try parse("-", "heads", "--", "--verbose", "-h", "--").extra == ["--verbose", "-h", "--"]
    )
    #expect(try parse("--", "-v", "heads").file == "-v")
  }

  @Test(arguments: [["--help"], ["a", "-h"], ["a", "heads", "--help", "--bogus"]])
  func `help is found anywhere on the line`(words: [String]) throws {
    guard case .help = try Listing.command.parse(words, program: "tool") else {
      Issue.record("no help")
      return
    }
  }

  @Test(
    arguments: [
      (["--conut", "3"], .unknownOption, "unknown option '--conut'", "did you mean '--count'?"),
      (["--zzz"], .unknownOption, "unknown option '--zzz'", "see 'tool help list'"),
      (["-vx"], .unknownOption, "unknown option '-x' in '-vx'", "see 'tool help list'"),
      (["-order"], .unknownOption, "unknown option '-o' in '-order'", "did you mean '--order'?"),
      ([], .missing, "missing argument FILE", "see 'tool help list'"),
      (["a"], .missing, "missing argument PART", "see 'tool help list'"),
      (
        ["a", "heads", "-n"], .missing, "option '-n' needs a value",
        "write -n N; see 'tool help list'"
      ),
      (
        ["a", "heads", "--count", "--verbose"], .missing, "option '--count' needs a value",
        "write --count N; see 'tool help list'"
      ),
      (
        ["a", "heads", "--count="], .badValue,
        "cannot use '' for '--count': expected a whole number", "see 'tool help list'"
      ),
      (
        ["a", "heads", "-n", "0"], .badValue,
        "cannot use '0' for '-n': expected a whole number from 1 to 1000", "see 'tool help list'"
      ),
      (
        ["a", "heads", "-w", "nan"], .badValue, "cannot use 'nan' for '-w': expected a number",
        "see 'tool help list'"
      ),
      (
        ["a", "heads", "--order", "fallin"], .badValue,
        "cannot use 'fallin' for '--order': expected one of rising, falling "
          + "(did you mean 'falling'?)", "see 'tool help list'"
      ),
      (
        ["a", "middle"], .badValue, "cannot read PART 'middle': expected one of heads, tails",
        "see 'tool help list'"
      ),
      (
        ["a", "heads", "--verbose=yes"], .badValue, "option '--verbose' takes no value",
        "see 'tool help list'"
      ),
    ] as [([String], UsageError.Code, String, String)]
  )
  func `a mistake is named as typed, with what to do`(
    words: [String],
    code: UsageError.Code,
    message: String,
    hint: String
  ) throws {
    #expect(try fault(words) == UsageError(code, message, hint: hint))
  }

  @Test func `too many arguments and absent required options are refused`() throws {
    struct Options: Sendable { var tag = "" }
    let command = Command(
      "find",
      "find",
      samples: [],
      flags: [Flag<Options>.value("tag", short: "t", "T", "tag", \.tag).required()],
      defaults: Options()
    )
    #expect(throws: UsageError(.missing, "missing option '--tag T'", hint: "see 'p help find'")) {
      try command.parse([], program: "p")
    }
    #expect(
      throws: UsageError(
        .unexpectedArgument,
        "unexpected argument 'x'",
        hint: "see 'p help find'"
      )
    ) { try command.parse(["-t", "a", "x"], program: "p") }
    #expect(command.usage(program: "p") == "p find -t T")
  }
}

@Suite struct NearestTests {
  @Test(arguments: [
    ("modle", "model"), ("Models", "models"), ("statsu", "status"), ("tpo", "top"),
    ("xyzzy", nil), ("", nil),
  ])
  func `the nearest word is offered only when it is near`(word: String, meant: String?) {
    #expect(nearest(to: word, in: ["model", "models", "status", "top", "run"]) == meant)
  }
}
