import Experiment

/// What a training job is called at a host, made from its key alone so that it is found again.
struct JobTag: Sendable, Hashable {
  let key: String
  /// Lower-case letters, digits and dashes, at most 55: fit for a file, a suffix or an id.
  let name: String

  init(key: String) {
    self.key = key
    let isPlain = key.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
        UInt8(ascii: "-"):
        true
      default: false
      }
    }
    if isPlain, (1...48).contains(key.utf8.count) {
      name = "daunce-\(key)"
    } else {
      var digest = Digest()
      digest.update(key)
      name = "daunce-\(digest)"
    }
  }

  var file: String { "\(name).jsonl" }

  /// Suffix of its model's name.
  ///
  /// Short where something else tells the job apart, because it is part of a name people read.
  /// - Returns: The suffix; `nil` when the host takes none.
  func suffix(for profile: TrainingProfile) -> String? {
    guard let limit = profile.suffixLength else { return nil }
    let wanted = profile.tag ?? .suffix == .suffix ? limit : 19
    return String(name.prefix(min(limit, wanted)))
  }
}
