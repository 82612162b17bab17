import Experiment

/// A plain example as the texts that are sent: what precedes and what is read.
struct PromptedText: Sendable, Hashable {
  /// UTF-8 of prompt and completion together.
  let bytes: [UInt8]
  /// Where the completion begins in `bytes`.
  let boundary: Int

  /// Joins prompt and completion; spaces at the prompt's end are read with the completion.
  ///
  /// Tokenisers put a space at the front of the word that follows it, so a prompt that ends in one
  /// would end inside a token (lm-evaluation-harness moves them too).
  init(prompt: String, completion: String) {
    var bytes = Array(prompt.utf8)
    let spaces = bytes.reversed().prefix { $0 == UInt8(ascii: " ") }.count
    boundary = bytes.count - spaces
    bytes += completion.utf8
    self.bytes = bytes
  }

  private init(bytes: [UInt8], boundary: Int) {
    self.bytes = bytes
    self.boundary = boundary
  }

  /// The same with the space in front that SentencePiece puts before a text.
  var behindSpace: PromptedText {
    PromptedText(bytes: [0x20] + bytes, boundary: boundary == 0 ? 0 : boundary + 1)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
  /// What precedes the completion.
  var prompt: String { String(decoding: bytes[..<boundary], as: UTF8.self) }
  /// What is read.
  var completion: String { String(decoding: bytes[boundary...], as: UTF8.self) }
}

/// An example as the server's own token ids.
struct PromptedTokens: Sendable, Hashable {
  /// Ids of what precedes the completion.
  let prompt: [Int]
  /// Ids that are read.
  let target: [Int]
  /// What a method's name says about them: `+turn` when the chat's end-of-turn token is read
  /// too, `+joined` when prompt and completion were tokenised apart.
  let mark: String

  var all: [Int] { prompt + target }
}
