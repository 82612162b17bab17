public import Experiment

extension PromptPerturbation {
  /// Adds all that decides which prompt a subset gets.
  public func add(to key: inout ContentKey) {
    key.add("method", method.rawValue)
    switch method {
    case .probing: break
    case .demonstrations: key.add("demonstrations", demonstrations)
    case .random: add(segmentsTo: &key)
    case .bdpl:
      add(segmentsTo: &key)
      key.add("samples", optimizer.samples)
      key.add("epochs", optimizer.epochs)
      key.add("batchSize", optimizer.batchSize)
      key.add("learningRate", optimizer.learningRate)
      key.add("callLimit", optimizer.callLimit)
      key.add("labels", labels)
    }
  }

  private func add(segmentsTo key: inout ContentKey) {
    key.add("length", length)
    key.add("vocabulary", vocabulary)
  }
}
