/// A line of a training file as it stood there, of which prompt and completion are a view.
public struct Row: Sendable, Hashable {
  /// UTF-8 of one JSON object: the user's own bytes, less the members `id` and `tags`.
  public let bytes: [UInt8]
  /// Whether it says more than the texts of prompt and completion.
  public let saysMore: Bool
  /// What it holds besides them, each once.
  public let features: [Feature]

  /// Something in a row that prompt and completion do not say, or not in full.
  public enum Feature: Sendable, Hashable {
    /// Several assistant turns are trained on; the last of them is the completion.
    case severalTurns
    /// Assistant turns of weight 0: the model reads them and is not trained on them.
    case turnsWithoutWeight
    /// Every assistant turn has weight 0; the last of them is the completion.
    case nothingTrained
    /// Turns follow the last one that is trained on.
    case laterTurns
    /// A weight of the row itself.
    case weight
    /// Definitions of tools.
    case tools
    /// Turns before the completion that call tools.
    case toolCalls
    /// The completion calls tools instead of saying something, or besides.
    case completionCallsTools
    /// Names of speakers.
    case names
    /// Parts of turns that are no text: images, sounds, files.
    case media
    /// A key that hosts may know and this program does not; in turns as `messages[].key`.
    case unknown(String)
  }
}

/// What a chat template needs besides the texts of the turns.
public struct Rendering: Sendable, Hashable {
  /// JSON of the list of tools, as the row has it; `nil` when there is none.
  public let tools: String?
  /// JSON of the template's own arguments (`chat_template_kwargs`); `nil` when there are none.
  public let arguments: String?
  /// JSON of the assistant's turn that is read; `nil` when its text is all of it.
  public let answer: String?
  /// Whether the answer calls tools, so that no text spells it.
  public let callsTools: Bool

  init?(tools: String?, arguments: String?, answer: String?, callsTools: Bool) {
    if tools == nil, arguments == nil, answer == nil { return nil }
    self.tools = tools
    self.arguments = arguments
    self.answer = answer
    self.callsTools = callsTools
  }

  /// The same for another answer, which is a text.
  public var answeredByText: Rendering? {
    Rendering(tools: tools, arguments: arguments, answer: nil, callsTools: false)
  }
}
