import Terminal

/// A command with one of everything.
struct Listing: Sendable, Hashable {
  enum Order: String, CaseIterable { case rising, falling }
  enum Part: String, CaseIterable { case heads, tails }

  var file = ""
  var part = Part.heads
  var extra: [String] = []
  var count = 20
  var depth: Int?
  var weight = 0.5
  var names: [String] = []
  var order = Order.rising
  var isVerbose = false
  var isLong = false

  static let command = Command(
    "list",
    "show what a file holds",
    samples: [
      Sample("list a.txt heads", "the first 20 lines"),
      Sample("list a.txt tails -n 5 --order falling"),
    ],
    positionals: [
      .required("FILE", "file to read", \.file), .choice("PART", "which end", \.part),
      .rest("EXTRA", "more files", \.extra),
    ],
    flags: [
      .value("count", short: "n", "N", "lines to show", in: 1...1000, \.count),
      .value("depth", "D", "how deep to look", \.depth),
      .value("weight", short: "w", "W", "weight of a line", \.weight),
      .repeated("name", short: "N", "TEXT", "keep lines with this name", \.names),
      .choice("order", "ORDER", "order of the lines", \.order),
      .toggle("verbose", short: "v", "say more", \.isVerbose).grouped("output"),
      .toggle("long", short: "l", "show whole lines instead of cutting them", \.isLong)
        .grouped("output"),
    ],
    discussion: "Lines are counted from one.",
    defaults: Listing()
  )
}
