import Terminal
import Testing

@Suite struct DisplayWidthTests {
  @Test(arguments: [
    ("", 0), ("abc", 3), ("naïve", 5), ("e\u{301}", 1), ("漢字", 4), ("ｆｕｌｌ", 8), ("한글", 4),
    ("👍", 2), ("👩‍👩‍👧", 2), ("🇩🇪", 2), ("❤️", 2), ("█▏…─", 4), ("\u{1B}", 0), ("\u{200B}", 0),
    ("ab\u{AD}", 3),
  ])
  func `a text is as wide as a terminal shows it`(text: String, width: Int) {
    #expect(text.displayWidth == width)
  }
}

@Suite struct NeutralisedTests {
  @Test(arguments: [
    ("plain ~ text", "plain ~ text"), ("a\tb\r\nc\nd", "a b c d"), ("\u{1B}[31mred", "␛[31mred"),
    ("\u{9B}2J", "\u{FFFD}2J"), ("\u{7}\u{0}\u{7F}", "␇␀␡"), ("abc\u{202E}def", "abc\u{FFFD}def"),
    ("a\u{200B}b\u{FEFF}", "a\u{FFFD}b\u{FFFD}"), ("a\u{E0041}", "a\u{FFFD}"),
    ("a\u{2028}b", "a b"), ("👩‍👩‍👧 漢字 é", "👩‍👩‍👧 漢字 é"),
  ])
  func `nothing that could steer a terminal is left`(text: String, safe: String) {
    #expect(text.neutralised == safe)
    #expect(safe.neutralised == safe)
  }

  @Test func `no scalar at all yields a control byte`() {
    for value in UInt32(0)...0x10FFFF {
      guard let scalar = Unicode.Scalar(value), value < 0x3000 || value >= 0xE0000 else { continue }
      let safe = String(scalar).neutralised.unicodeScalars
      #expect(safe.allSatisfy { $0.properties.generalCategory != .control })
      guard value < 0xE1000 else { break }
    }
  }

  @Test func `data in a table brings no escape sequence with it`() {
    let table = Table(
      [Table.Column("id"), Table.Column("text", minimum: 5)],
      rows: [[StyledText("\u{1B}]0;title\u{7}"), StyledText("x\u{1B}[2J\u{1B}[H\ny", .mark)]]
    )
    for style in [Style.plain, Style(usesColour: true)] {
      let text = table.lines(width: 80, style: style).joined()
      let escapes = text.unicodeScalars.count { $0 == "\u{1B}" }
      // Two titles and one marked cell, each switched on and off.
      #expect(escapes == (style.usesColour ? 6 : 0))
      #expect(!text.contains("\u{7}") && !text.contains("\n"))
    }
  }
}

@Suite struct StyledTextTests {
  @Test(arguments: [
    (10, "short text"), (9, "short te…"), (1, "…"), (0, ""), (-3, ""),
  ])
  func `a text is cut to its width`(limit: Int, expected: String) {
    #expect(StyledText("short text").truncated(to: limit).rendered(.plain) == expected)
  }

  @Test func `a wide character is never cut in half`() {
    #expect(StyledText("漢字漢字").truncated(to: 6).rendered(.plain) == "漢字…")
    #expect(StyledText("漢字漢字").truncated(to: 8).rendered(.plain) == "漢字漢字")
  }

  @Test(arguments: 12...60)
  func `the first marked word stays visible however narrow the place`(limit: Int) {
    let text =
      StyledText(String(repeating: "before ", count: 20)) + StyledText("Trigger", .mark)
      + StyledText(String(repeating: " after", count: 20))
    let cut = text.truncated(to: limit)
    #expect(cut.width <= limit)
    #expect(cut.runs.contains { $0.ink == .mark && $0.text == "Trigger" })
    #expect(cut.rendered(.plain).hasPrefix("…") && cut.rendered(.plain).hasSuffix("…"))
  }

  @Test func `a marked word near the start leaves the start alone`() {
    let text = StyledText("see ") + StyledText("this", .mark) + StyledText(" and much more here")
    #expect(text.truncated(to: 14).rendered(.plain) == "see this and …")
  }

  @Test func `lines break at blanks, and long words anywhere`() {
    func lines(_ text: String, _ width: Int) -> [String] {
      StyledText(text).wrapped(to: width).map { $0.rendered(.plain) }
    }
    #expect(lines("one two three", 7) == ["one two", "three"])
    #expect(lines("one two three", 8) == ["one two", "three"])
    #expect(lines("abcdefgh ij", 3) == ["abc", "def", "gh", "ij"])
    #expect(lines("", 5) == [""])
    #expect(lines("漢字漢", 1) == ["漢", "字", "漢"])
  }

  @Test func `colour shows marks, and stars do without it`() {
    let text = StyledText("a ") + StyledText("b", .mark)
    #expect(text.spelt(for: .plain).rendered(.plain) == "a *b*")
    let colour = Style(usesColour: true)
    #expect(text.spelt(for: colour).rendered(colour) == "a \u{1B}[1;35mb\u{1B}[0m")
  }
}

@Suite struct TableTests {
  private static let table = Table(
    [
      Table.Column("#", isTrailing: true), Table.Column("id", minimum: 4),
      Table.Column("text", minimum: 6),
    ],
    rows: [
      ["1", "alpha", "the first of all rows"], ["10", "漢字", ""], ["", "b", "x"],
    ]
  )

  @Test func `no line is wider than the screen: the least important columns go first`() {
    let table = Table(
      [
        Table.Column("method"), Table.Column("needs", importance: -1),
        Table.Column("LDS", isTrailing: true, importance: 2), Table.Column("", importance: 1),
        Table.Column("seconds", isTrailing: true), Table.Column("", isTrailing: true),
      ],
      rows: [["correlation", "losses", "0.512", "± 0.01", "1,234", "↑"]]
    )
    #expect(
      table.lines(width: 60, style: .plain) == [
        "method       needs     LDS          seconds",
        "correlation  losses  0.512  ± 0.01    1,234  ↑",
      ]
    )
    #expect(table.omitted(width: 60, style: .plain).isEmpty)
    // Without what needs nobody asks about, then without the arrow, the seconds, the interval.
    for (width, left, omitted) in [
      (46, ["method", "needs", "LDS", "seconds"], []),
      (44, ["method", "LDS", "seconds"], ["needs"]),
      (35, ["method", "LDS", "seconds"], ["needs"]),
      (30, ["method", "LDS"], ["needs", "seconds"]),
      (20, ["method", "LDS"], ["needs", "seconds"]),
      (15, ["method"], ["needs", "LDS", "seconds"]),
    ] as [(Int, [String], [String])] {
      let lines = table.lines(width: width, style: .plain)
      #expect(lines[0].split(separator: " ").map(String.init) == left, "\(width)")
      #expect(table.omitted(width: width, style: .plain) == omitted, "\(width)")
      #expect(lines.allSatisfy { $0.displayWidth <= width }, "\(width)")
    }
    #expect(table.lines(width: 5, style: .plain) == ["meth…", "corr…"])
  }

  @Test func `columns align and lines end without blanks`() {
    #expect(
      Self.table.lines(width: 80, indent: 2, style: .plain) == [
        "   #  id     text", "   1  alpha  the first of all rows", "  10  漢字", "      b      x",
      ]
    )
  }

  @Test(arguments: 17...40) func `no line is wider than it may be`(width: Int) {
    for line in Self.table.lines(width: width, indent: 1, style: .plain) {
      #expect(line.displayWidth <= width)
    }
  }

  @Test func `the widest column gives way first`() {
    #expect(
      Self.table.lines(width: 20, style: .plain).prefix(2) == [
        " #  id     text", " 1  alpha  the firs…",
      ]
    )
  }

  @Test func `a table of nothing is its heading, without headings nothing`() {
    #expect(Table([Table.Column("a")]).lines(width: 10, style: .plain) == ["a"])
    #expect(Table([Table.Column()]).lines(width: 10, style: .plain).isEmpty)
    #expect(Table([]).lines(width: 10, style: .plain).isEmpty)
  }
}

@Suite struct StyleTests {
  @Test(
    arguments: [
      (true, [:], false, true), (false, [:], false, false), (true, ["TERM": "dumb"], false, false),
      (true, ["NO_COLOR": "1"], false, false), (true, ["NO_COLOR": ""], false, true),
      (false, ["CLICOLOR_FORCE": "1"], false, true), (false, ["CLICOLOR_FORCE": "0"], false, false),
      (false, ["CLICOLOR_FORCE": "1", "TERM": "dumb"], false, true),
      (true, ["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], false, false),
      (true, ["CLICOLOR_FORCE": "1"], true, false),
    ] as [(Bool, [String: String], Bool, Bool)]
  )
  func `colour follows the flag, the environment and the terminal`(
    isTerminal: Bool,
    environment: [String: String],
    isDisabled: Bool,
    expected: Bool
  ) {
    let style = Style(isTerminal: isTerminal, environment: environment, isDisabled: isDisabled)
    #expect(style.usesColour == expected)
  }
}
