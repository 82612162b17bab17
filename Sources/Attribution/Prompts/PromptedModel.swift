import Experiment
import FoundationEssentials

/// θ0 behind a prompt, as a reference that tells everything but the examples themselves.
struct PromptedModel: Sendable, Hashable, Codable {
  private static let mark = "prompt:"

  /// θ0.
  let base: String
  /// Text in front of everything.
  var prefix: String?
  /// Ids of training examples in front of each read one, in order.
  ///
  /// The last is in reserve: it steps in for one that is read itself.
  var demonstrations: [String]?
  /// Id of the query in front of each read example.
  var query: String?

  /// The reference to this model.
  ///
  /// - Throws: `AttributionError` when it cannot be written down.
  var reference: ModelReference {
    get throws(AttributionError) {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      guard let data = try? encoder.encode(self) else {
        throw AttributionError(
          .mismatch,
          "cannot write a prompt down",
          cause: "it has no JSON form"
        )
      }
      return ModelReference(Self.mark + String(decoding: data, as: UTF8.self))
    }
  }

  init(
    base: ModelReference,
    prefix: String? = nil,
    demonstrations: [String]? = nil,
    query: String? = nil
  ) {
    self.base = base.name
    self.prefix = prefix
    self.demonstrations = demonstrations
    self.query = query
  }

  /// Reads a reference; `nil` when it is another kind of model's.
  init?(_ reference: ModelReference?) {
    guard let name = reference?.name, name.hasPrefix(Self.mark),
      let model = try? JSONDecoder().decode(
        Self.self,
        from: Data(name.dropFirst(Self.mark.count).utf8)
      )
    else { return nil }
    self = model
  }
}
