import Experiment
import Statistics

/// Whether first tokens can tell training rows apart for some queries, and what was seen of it.
public enum Openings: Sendable, Hashable {
  /// Most training rows open otherwise than the queries.
  case differ
  /// At least half of the training rows open as the queries do; `text` is `nil` where queries open in
  /// several ways, and `rows` an average over them.
  case shared(text: String?, rows: Int, of: Int)
  /// No training row opens as a query does, and at least half of them open alike.
  case foreign(text: String, rows: Int, of: Int)
  /// The queries' first tokens move by next to nothing of what their whole completions move.
  case still
  /// No first token of a query was read.
  case unobserved

  /// Compares the beginnings of completions.
  ///
  /// Which tokens a host cuts is not known; what counts is the least that a first token would be cut
  /// from (see `opening(of:)`). Where that is the same, so is the token as a rule.
  ///
  /// - Parameters:
  ///   - queries: The completions asked about.
  ///   - train: The training rows' completions.
  public init(of queries: [String], among train: [String]) {
    var rows: [ByteText: Int] = [:]
    for completion in train { rows[ByteText(opening(of: completion)), default: 0] += 1 }
    let asked = queries.map { ByteText(opening(of: $0)) }
    let sharing = asked.reduce(0) { $0 + rows[$1, default: 0] }
    let common = rows.max { ($0.value, $1.key) < ($1.value, $0.key) }
    if sharing > 0, sharing * 2 >= train.count * asked.count {
      let text = Set(asked).count == 1 ? asked.first.map { $0.text } : nil
      self = .shared(text: text, rows: sharing / asked.count, of: train.count)
    } else if sharing == 0, let common, common.value * 2 >= train.count {
      self = .foreign(text: common.key.text, rows: common.value, of: train.count)
    } else {
      self = .differ
    }
  }

  /// Compares how much the queries' first tokens and their whole completions move over the models.
  ///
  /// - Parameters:
  ///   - queries: Positions of queries.
  ///   - first: Losses of first tokens.
  ///   - whole: Losses of whole completions.
  init(of queries: [Int], first: LossMatrix, whole: LossMatrix) {
    let moves = queries.compactMap { query -> Double? in
      guard let first = deviation(first, query: query) else { return nil }
      guard let whole = deviation(whole, query: query), whole > 0 else { return 1 }
      return first / whole
    }.sorted()
    self =
      moves.isEmpty ? .unobserved : moves[moves.count / 2] < 0.05 ? .still : .differ
  }

  /// What was seen, as a part of a sentence.
  var seen: String {
    switch self {
    case .differ: "most training rows open otherwise than the queries"
    case .shared(let text?, let rows, let all):
      "\(rows) of \(all) training rows open with \(named(text)), as the queries do"
    case .shared(nil, let rows, let all):
      "on average \(rows) of \(all) training rows open as a query does"
    case .foreign(let text, let rows, let all):
      "\(rows) of \(all) training rows open with \(named(text)), and none as a query does"
    case .still: "the models agree on the queries' first tokens"
    case .unobserved: "no losses of the queries' first tokens were observed"
    }
  }
}

private func named(_ opening: String) -> String {
  opening.isEmpty
    ? "nothing" : opening.allSatisfy(\.isWhitespace) ? "white space" : "'\(trimmed(opening))'"
}

/// Standard deviation of a query's losses over the models; `nil` for fewer than two.
func deviation(_ losses: LossMatrix, query: Int) -> Double? {
  let column = losses.column(query: query)
  let values = losses.models.indices.compactMap { losses[model: $0, column: column]?.value }
  return values.count < 2 ? nil : standardDeviation(of: values)
}

/// The least that a tokeniser would cut a text's first token from.
///
/// A run of letters, of marks, or of white space, with one space before it; one digit, and one letter
/// of a script that has no capitals, because words are not always set apart there. Tokenisers cut at
/// the ends of such runs before they look for pieces, so texts that begin with the same run nearly
/// always begin with the same token.
func opening(of text: String) -> Substring {
  let scalars = text.unicodeScalars
  var end = scalars.startIndex
  if end < scalars.endIndex, scalars[end] == " " {
    let next = scalars.index(after: end)
    if next < scalars.endIndex, Kind(scalars[next]) != .space { end = next }
  }
  guard end < scalars.endIndex else { return "" }
  let kind = Kind(scalars[end])
  repeat {
    end = scalars.index(after: end)
  } while kind.runs && end < scalars.endIndex && Kind(scalars[end]) == kind
  return text[..<end]
}

/// What a tokeniser keeps together.
private enum Kind {
  case space, digit, letter, ideograph, mark

  init(_ scalar: Unicode.Scalar) {
    let properties = scalar.properties
    self =
      switch properties.generalCategory {
      case _ where properties.isWhitespace: .space
      case .decimalNumber, .letterNumber, .otherNumber: .digit
      case .otherLetter: .ideograph
      case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter,
        .nonspacingMark, .spacingMark, .enclosingMark:
        .letter
      default: .mark
      }
  }

  var runs: Bool { self != .digit && self != .ideograph }
}
