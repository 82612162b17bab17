package import Experiment

extension Vocabulary {
  /// An example as the reference model reads it.
  ///
  /// - Parameters:
  ///   - example: Prompt and completion.
  ///   - closing: Whether the end token after the completion is predicted too, as in training.
  ///   - context: Most tokens a sequence may have.
  /// - Returns: The end token, the prompt, the completion.
  /// - Throws: `ReferenceModelError` when the example is too long.
  package func sequence(
    _ example: Example,
    closing: Bool,
    context: Int
  ) throws(ReferenceModelError) -> TokenSequence {
    let end = Int32(Vocabulary.end)
    let prompt = [end] + encode(example.prompt.rendered)
    let completion = encode(example.completion) + (closing ? [end] : [])
    let count = prompt.count + completion.count
    if count > context {
      throw ReferenceModelError(
        .tooLong,
        "example '\(example.id)' has \(count) tokens; the local model reads at most \(context)"
      )
    }
    return TokenSequence(tokens: prompt + completion, completion: prompt.count..<count)
  }
}
