import Attribution
import Experiment

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

extension ValidationSettings {
  /// Refuses settings that a number of training examples makes impossible, before anything is trained.
  ///
  /// - Parameter examples: Number of training examples, N.
  /// - Throws: `ValidationError`; `AttributionError` for a share that is none.
  package func check(examples: Int) throws {
    for truth in [truth, further].compactMap(\.self) {
      let size = try SubsetDesign.size(ratio: truth.ratio, of: examples)
      try GroundTruth.check(models: truth.models, size: size, of: examples)
    }
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
