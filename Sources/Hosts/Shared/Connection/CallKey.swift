import Experiment

extension Call {
  /// Digest of what is asked: equal requests have equal keys.
  ///
  /// The dialects write JSON with sorted keys, and a form counts part by part, whatever its boundary.
  func key(url: String) -> Digest {
    var digest = Digest()
    digest.update(method)
    digest.update(url)
    digest.update("\(round)")
    digest.update(sent)
    return digest
  }

  /// The body in one form: JSON as it is, forms part by part.
  var sent: [UInt8] {
    switch body {
    case .none: return []
    case .json(let bytes): return bytes
    case .form(let fields, let file):
      var bytes: [UInt8] = []
      for field in fields { bytes += Array("\(field.name): \(field.value)\n".utf8) }
      return bytes + Array("\(file.field): \(file.name)\n".utf8) + file.content
    }
  }
}
