import Glibc

/// The most likely tokens at one place of a generated text.
struct TopList: Sendable, Hashable {
  /// A token with its log-probability.
  struct Entry: Sendable, Hashable {
    let text: [UInt8]
    /// Its log-probability in nats.
    let value: Double
  }

  /// What was generated.
  let chosen: Entry
  /// The listed tokens, `chosen` among them or not.
  let entries: [Entry]

  /// All that is known, the generated token first.
  var known: [Entry] { entries.contains { $0.text == chosen.text } ? entries : [chosen] + entries }

  /// What the log-probability of a token that is not listed is at most.
  ///
  /// It is no likelier than the last one listed, and no likelier than all that is left beside the
  /// listed ones. The latter is a difference of nearly equal numbers when little is left: below
  /// 10⁻⁶ it is not believed.
  var unlistedBound: Double {
    let values = known.map(\.value).filter { $0 > -9000 && $0.isFinite }
    let left = 1 - values.reduce(0) { $0 + exp($1) }
    return min(values.min() ?? 0, log(max(left, 1e-6)))
  }

  /// Why the values cannot be log-probabilities of different tokens; `nil` when they can.
  ///
  /// Nothing is concluded from such a list, not even a bound.
  var fault: String? {
    let values = Set(known).map(\.value).filter { !$0.isNaN }
    if let value = values.first(where: LogProbability.isAboveZero) {
      return LogProbability.aboveZero(value)
    }
    let sum = values.reduce(0) { $0 + exp($1) }
    // Rounded values, as of 16 bits, add up to a little more than all there is.
    return sum > 1.02 ? "probabilities of the listed tokens add up to \(sum)" : nil
  }

  static func read(_ logprobs: JSON?) -> [TopList] {
    var lists: [TopList] = []
    if let content = logprobs?["content"]?.array {
      for token in content {
        guard let chosen = Entry(token) else { break }
        let listed = token["top_logprobs"]?.array ?? []
        lists.append(TopList(chosen: chosen, entries: listed.compactMap(Entry.init)))
      }
      return lists
    }
    let tokens = logprobs?["tokens"]?.array ?? []
    let values = logprobs?["token_logprobs"]?.array ?? []
    let tops = logprobs?["top_logprobs"]?.array ?? []
    for (place, token) in zip(tokens, values).enumerated() {
      guard let text = token.0.string, let value = token.1.number else { break }
      let listed = tops.indices.contains(place) ? tops[place].object ?? [:] : [:]
      let entries = listed.compactMap { member in
        member.value.number.map { Entry(text: Array(member.key.utf8), value: $0) }
      }
      lists.append(
        TopList(
          chosen: Entry(text: Array(text.utf8), value: value),
          entries: entries.sorted { ($1.value, $0.text.count) < ($0.value, $1.text.count) }
        )
      )
    }
    return lists
  }
}

extension TopList.Entry {
  /// Takes over a token by its bytes, or by its text where there are none.
  init?(_ token: JSON) {
    guard let value = token["logprob"]?.number else { return nil }
    if let bytes = token["bytes"]?.array {
      text = bytes.compactMap { $0.int.flatMap(UInt8.init(exactly:)) }
    } else if let string = token["token"]?.string {
      text = Array(string.utf8)
    } else {
      return nil
    }
    self.value = value
  }
}
