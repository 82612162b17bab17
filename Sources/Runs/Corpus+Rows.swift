import Experiment

extension Corpus {
  /// What rows hold that losses do not cover, or that a trainer does not get, and for how many rows.
  ///
  /// - Parameter keepsRows: Whether rows reach the training as they stand in the file.
  /// - Returns: One note a kind, with the first row's id.
  func rowNotes(keepsRows: Bool) -> [String] {
    let found = Self.rows(train)
    var notes = found.compactMap { feature, ids in
      (keepsRows ? feature.uncovered : feature.unheeded).map { Self.note($0, ids, "training rows") }
    }
    if let ids = Self.rows(queries).first(where: { $0.feature == .completionCallsTools })?.ids {
      notes.append(Self.note(Row.Feature.callsToolsNote, ids, "queries"))
    }
    let open = (train + queries).filter { if case .text("") = $0.prompt { true } else { false } }
    if keepsRows, !open.isEmpty {
      notes.append(
        Self.note(
          "have an empty prompt: servers give a text's first token no log-probability, so most of them "
            + "cannot be read",
          open.map(\.id),
          "rows"
        )
      )
    }
    return notes
  }

  private static func rows(_ examples: [Example]) -> [(feature: Row.Feature, ids: [String])] {
    var found: [(feature: Row.Feature, ids: [String])] = []
    for example in examples {
      for feature in example.row?.features ?? [] {
        if let place = found.firstIndex(where: { $0.feature == feature }) {
          found[place].ids.append(example.id)
        } else {
          found.append((feature, [example.id]))
        }
      }
    }
    return found
  }

  private static func note(_ text: String, _ ids: [String], _ rows: String) -> String {
    "\(ids.count) \(rows) \(text) (first: '\(ids.first ?? "")')"
  }
}

extension Row.Feature {
  fileprivate static let callsToolsNote =
    "have a completion that calls tools, which only a server that renders whole chats can read"

  /// What a loss does not say of the training at a host; `nil` where it says all.
  fileprivate var uncovered: String? {
    switch self {
    case .severalTurns:
      "have several assistant turns that are trained on; their loss is that of the last one"
    case .turnsWithoutWeight:
      "have assistant turns of 'weight' 0: those are sent with it and not read, but a host that does "
        + "not know 'weight' trains on them"
    case .nothingTrained:
      "have 'weight' 0 on every assistant turn, so that nothing of them is trained on; their loss is "
        + "that of the last turn"
    case .laterTurns: "go on after the last turn that is trained on; their loss ends with it"
    case .weight: "have a 'weight' of their own, which the host may heed and losses do not"
    case .completionCallsTools: Self.callsToolsNote
    case .media: "have parts that are no text, such as images, which text search does not see"
    case .unknown(let key):
      "have '\(key)', which the host gets as it stands; it is not part of what is read"
    case .tools, .toolCalls, .names: nil
    }
  }

  /// What a trainer that reads only texts does not heed; `nil` where it heeds all.
  fileprivate var unheeded: String? {
    switch self {
    case .severalTurns, .laterTurns, .nothingTrained:
      "have assistant turns besides the last one that has a weight; only that one is trained on here"
    case .turnsWithoutWeight: nil
    case .weight: "have a 'weight' of their own, which is not heeded here"
    case .tools: "have 'tools', which are not read here"
    case .toolCalls: "call tools in their prompts, read here as the JSON that they are"
    case .completionCallsTools:
      "have a completion that calls tools, read here as the JSON that it is"
    case .names: "have names of speakers, which are not read here"
    case .media: "have parts that are no text, such as images, which are not read here"
    case .unknown(let key): "have '\(key)', which is not read here"
    }
  }
}
