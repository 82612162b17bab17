import Attribution
import Experiment
package import ReferenceModels

extension ValidationSettings.Sensitivity {
  /// Refuses a number of left-out sets that nothing can be learnt from.
  func check(groups: Int) throws(ValidationError) {
    guard groups >= 3 else {
      throw ValidationError(
        "cannot measure further training without \(groups) sets of examples",
        cause: "agreement over left-out sets needs at least 3",
        hint: "raise 'groups' or lower 'size'"
      )
    }
  }
}

extension ValidationSettings.Truth {
  /// Refuses a number of models, or a size of their subsets, that nothing can be learnt from.
  func check(examples: Int) throws {
    guard models >= 3 else {
      throw ValidationError(
        "cannot judge scores on \(models) retrained models",
        cause: "a rank correlation over subsets needs at least 3",
        hint: "100 or more give narrow intervals"
      )
    }
    let size = try SubsetDesign.size(ratio: ratio, of: examples)
    guard size >= 1, size < examples else {
      throw ValidationError(
        "cannot retrain on subsets of \(size) examples",
        cause:
          "there are \(examples) training examples, and a subset needs at least one and not all",
        hint: "a ratio of 0.5 is usual"
      )
    }
  }
}

extension ValidationSettings {
  /// Refuses a task without examples, and settings that their number makes impossible, before anything is
  /// trained.
  ///
  /// - Parameter task: What is to be learned.
  /// - Throws: `ValidationError`; `AttributionError` for a share that is none.
  package func check(_ task: LearningTask) throws {
    guard !task.train.isEmpty, !task.queries.isEmpty else {
      throw ValidationError(
        "cannot study '\(task.name)'",
        cause: task.train.isEmpty ? "it has no training examples" : "it has no queries",
        hint: "give it some in 'data'"
      )
    }
    let examples = task.train.count
    for truth in [truth, further].compactMap(\.self) { try truth.check(examples: examples) }
    if threshold != nil,
      let few = [truth, further].compactMap({ $0?.models }).first(where: { $0 < 6 })
    {
      throw ValidationError(
        "cannot choose thresholds on \(few) retrained models",
        cause:
          "they are chosen on one half and judged on the other, and each half needs at least 3",
        hint: "100 or more give narrow intervals"
      )
    }
    guard try SubsetDesign.size(ratio: ratio, of: examples) >= 1 else {
      throw ValidationError(
        "cannot train perturbed models on subsets of 0 examples",
        cause: "a share of \(ratio) of \(examples) training examples is less than one",
        hint: "raise the subset ratio of the perturbation"
      )
    }
    if let wanted = sensitivity {
      try wanted.check(groups: min(wanted.groups, (examples - 1) / wanted.size + 1))
    }
  }
}
