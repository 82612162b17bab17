import Experiment

/// The texts that prompts are built with; what is put in is data and never read again.
enum PromptTemplate {
  private static let definition = Template(read(PackageResources.definition_txt))
  private static let demonstration = Template(read(PackageResources.demonstration_txt))

  /// The paper's frame around an optimised prompt: `Definition: {prompt}` and a tab.
  static func definition(of prompt: String) -> String { definition.filled { _ in prompt } ?? "" }

  /// A training example in front of a plain text.
  static func demonstration(_ example: Example) -> String {
    demonstration.filled { $0 == "prompt" ? example.prompt.text : example.completion } ?? ""
  }

  /// A file's text; one line break at its end belongs to the file.
  private static func read(_ bytes: [UInt8]) -> String {
    let text = String(decoding: bytes, as: UTF8.self)
    return text.hasSuffix("\n") ? String(text.dropLast()) : text
  }
}
