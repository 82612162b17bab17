/// A value that can be written on a command line.
package protocol ArgumentValue: Sendable {
  /// Reads the value; `nil` if the text does not spell one.
  init?(argument: String)
  /// What an argument should be, for error messages, such as `a whole number`.
  static var expectation: String { get }
}

extension String: ArgumentValue {
  /// Takes the text as it is, the empty one too.
  package init?(argument: String) { self = argument }
  /// What an argument should be.
  package static var expectation: String { "text" }
}

extension Int: ArgumentValue {
  /// Reads a whole number.
  package init?(argument: String) { self.init(argument) }
  /// What an argument should be.
  package static var expectation: String { "a whole number" }
}

extension UInt64: ArgumentValue {
  /// Reads a whole number of 0 or more.
  package init?(argument: String) { self.init(argument) }
  /// What an argument should be.
  package static var expectation: String { "a whole number, 0 or more" }
}

extension Double: ArgumentValue {
  /// Reads a finite number.
  package init?(argument: String) {
    guard let value = Double(argument), value.isFinite else { return nil }
    self = value
  }
  /// What an argument should be.
  package static var expectation: String { "a number" }
}

/// Why a value was refused: what would have been right.
package struct Refusal: Error, Sendable {
  let expectation: String

  package init(_ expectation: String) { self.expectation = expectation }
}

/// One option of a command: the table entry that parser, help and completions are made from.
///
/// Applying a flag validates and stores, nothing more; what the options mean is decided later, in
/// one place.
package struct Flag<Options: Sendable>: Sendable {
  /// Long name, without dashes.
  package let name: String
  /// One-letter name.
  package let short: Character?
  /// What the value is called in help, `nil` for a switch; shells complete a `FILE` and a `DIR`.
  package let placeholder: String?
  /// The only values allowed; empty when any will do.
  package let choices: [String]
  /// What it does, a phrase in lower case.
  package let help: String
  /// Heading it is listed under.
  package var group = "options"
  /// Whether the command makes no sense without it.
  package var isRequired = false
  /// Whether it may be given several times, each time for one more value.
  package private(set) var isRepeated = false
  let apply: @Sendable (inout Options, String) throws(Refusal) -> Void
  let show: @Sendable (Options) -> String?

  /// An option without a value, which sets a truth value.
  package static func toggle(
    _ name: String,
    short: Character? = nil,
    _ help: String,
    _ path: any WritableKeyPath<Options, Bool> & Sendable
  ) -> Flag {
    Flag(
      name: name,
      short: short,
      placeholder: nil,
      choices: [],
      help: help,
      apply: { (options, _) throws(Refusal) in options[keyPath: path] = true },
      show: { _ in nil }
    )
  }

  /// An option with a value that has a default; the last one given counts.
  package static func value<Value: ArgumentValue & Comparable>(
    _ name: String,
    short: Character? = nil,
    _ placeholder: String,
    _ help: String,
    in range: ClosedRange<Value>? = nil,
    _ path: any WritableKeyPath<Options, Value> & Sendable
  ) -> Flag {
    Flag(
      name: name,
      short: short,
      placeholder: placeholder,
      choices: [],
      help: help,
      apply: { (options, text) throws(Refusal) in
        options[keyPath: path] = try read(text, in: range)
      },
      show: { "\($0[keyPath: path])" }
    )
  }

  /// An option with a value that may be absent; the last one given counts.
  package static func value<Value: ArgumentValue & Comparable>(
    _ name: String,
    short: Character? = nil,
    _ placeholder: String,
    _ help: String,
    in range: ClosedRange<Value>? = nil,
    _ path: any WritableKeyPath<Options, Value?> & Sendable
  ) -> Flag {
    Flag(
      name: name,
      short: short,
      placeholder: placeholder,
      choices: [],
      help: help,
      apply: { (options, text) throws(Refusal) in
        options[keyPath: path] = try read(text, in: range)
      },
      show: { options in options[keyPath: path].map { "\($0)" } }
    )
  }

  /// An option that may be given several times; values are collected in order.
  package static func repeated<Value: ArgumentValue & Comparable>(
    _ name: String,
    short: Character? = nil,
    _ placeholder: String,
    _ help: String,
    in range: ClosedRange<Value>? = nil,
    _ path: any WritableKeyPath<Options, [Value]> & Sendable
  ) -> Flag {
    Flag(
      name: name,
      short: short,
      placeholder: placeholder,
      choices: [],
      help: help + " (may be repeated)",
      isRepeated: true,
      apply: { (options, text) throws(Refusal) in
        options[keyPath: path].append(try read(text, in: range))
      },
      show: { _ in nil }
    )
  }

  /// An option whose value is one of a few words.
  package static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String,
    short: Character? = nil,
    _ placeholder: String,
    _ help: String,
    _ path: any WritableKeyPath<Options, Value> & Sendable
  ) -> Flag {
    Flag(
      name: name,
      short: short,
      placeholder: placeholder,
      choices: Value.allCases.map(\.rawValue),
      help: help,
      apply: { (options, text) throws(Refusal) in options[keyPath: path] = try choose(text) },
      show: { $0[keyPath: path].rawValue }
    )
  }

  /// An option whose value is one of a few words that a list names; it may be absent.
  package static func word(
    _ name: String,
    _ placeholder: String,
    _ help: String,
    of words: [String],
    _ path: any WritableKeyPath<Options, String?> & Sendable
  ) -> Flag {
    Flag(
      name: name,
      short: nil,
      placeholder: placeholder,
      choices: words,
      help: help,
      apply: { (options, text) throws(Refusal) in
        options[keyPath: path] = try choose(text, of: words)
      },
      show: { $0[keyPath: path] }
    )
  }

  /// An option whose value is one of a few words, and which may be given several times.
  package static func choices<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String,
    _ placeholder: String,
    _ help: String,
    _ path: any WritableKeyPath<Options, [Value]> & Sendable
  ) -> Flag {
    Flag(
      name: name,
      short: nil,
      placeholder: placeholder,
      choices: Value.allCases.map(\.rawValue),
      help: help + " (may be repeated)",
      isRepeated: true,
      apply: { (options, text) throws(Refusal) in
        options[keyPath: path].append(try choose(text))
      },
      show: { _ in nil }
    )
  }

  /// The same flag under another heading.
  package func grouped(_ group: String) -> Flag {
    var copy = self
    copy.group = group
    return copy
  }

  /// The same flag, refused when absent.
  package func required() -> Flag {
    var copy = self
    copy.isRequired = true
    return copy
  }
}

/// An argument known by its place.
package struct Positional<Options: Sendable>: Sendable {
  /// What it is called in help, such as `CONFIG`; without choices, shells complete it as a file.
  package let name: String
  /// What it is, a phrase in lower case.
  package let help: String
  /// The only values allowed; empty when any will do.
  package let choices: [String]
  /// Whether it may be left out.
  package let isOptional: Bool
  /// Whether it takes all remaining arguments.
  package let isRepeated: Bool
  let apply: @Sendable (inout Options, String) throws(Refusal) -> Void

  /// An argument that must be there.
  package static func required<Value: ArgumentValue & Comparable>(
    _ name: String,
    _ help: String,
    _ path: any WritableKeyPath<Options, Value> & Sendable
  ) -> Positional {
    Positional(name: name, help: help, choices: [], isOptional: false, isRepeated: false) {
      (options, text) throws(Refusal) in options[keyPath: path] = try read(text, in: nil)
    }
  }

  /// An argument that may be left out.
  package static func optional<Value: ArgumentValue & Comparable>(
    _ name: String,
    _ help: String,
    _ path: any WritableKeyPath<Options, Value?> & Sendable
  ) -> Positional {
    Positional(name: name, help: help, choices: [], isOptional: true, isRepeated: false) {
      (options, text) throws(Refusal) in options[keyPath: path] = try read(text, in: nil)
    }
  }

  /// An argument that is one of a few words and must be there.
  package static func choice<Value: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String,
    _ help: String,
    _ path: any WritableKeyPath<Options, Value> & Sendable
  ) -> Positional {
    Positional(
      name: name,
      help: help,
      choices: Value.allCases.map(\.rawValue),
      isOptional: false,
      isRepeated: false
    ) { (options, text) throws(Refusal) in options[keyPath: path] = try choose(text) }
  }

  /// All remaining arguments, possibly none; only as the last one.
  package static func rest<Value: ArgumentValue & Comparable>(
    _ name: String,
    _ help: String,
    _ path: any WritableKeyPath<Options, [Value]> & Sendable
  ) -> Positional {
    Positional(name: name, help: help, choices: [], isOptional: true, isRepeated: true) {
      (options, text) throws(Refusal) in
      options[keyPath: path].append(try read(text, in: nil))
    }
  }
}

private func read<Value: ArgumentValue & Comparable>(
  _ text: String,
  in range: ClosedRange<Value>?
) throws(Refusal) -> Value {
  guard let value = Value(argument: text) else { throw Refusal(Value.expectation) }
  if let range, !range.contains(value) {
    throw Refusal("\(Value.expectation) from \(range.lowerBound) to \(range.upperBound)")
  }
  return value
}

private func choose<Value: RawRepresentable<String> & CaseIterable & Sendable>(
  _ text: String
) throws(Refusal) -> Value {
  let words = Value.allCases.map(\.rawValue)
  guard let value = Value(rawValue: try choose(text, of: words)) else { throw refusal(text, words) }
  return value
}

private func choose(_ text: String, of words: [String]) throws(Refusal) -> String {
  if words.contains(text) { return text }
  throw refusal(text, words)
}

private func refusal(_ text: String, _ words: [String]) -> Refusal {
  let meant = nearest(to: text, in: words).map { " (did you mean '\($0)'?)" } ?? ""
  return Refusal("one of " + words.joined(separator: ", ") + meant)
}
