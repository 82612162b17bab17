package import Experiment
import FoundationEssentials
import ReferenceModels

extension ExampleFile {
  /// Reads a file of examples; faults as `parse`, also when the file cannot be read.
  package static func read(path: String, role: Role) throws(ExampleFileError) -> [Example] {
    guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
      let reason = whyUnreadable(path)
      throw ExampleFileError(code: .unreadable, file: path, line: nil, reason: reason)
    }
    return try parse(Array(bytes), role: role, file: path)
  }
}

extension TableFile {
  /// Reads a file of features and classes; faults as `parse`, also when the file cannot be read.
  static func read(path: String, label: String?) throws(TableFileError) -> LabelledTable {
    guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
      throw TableFileError(.unreadable, file: path, whyUnreadable(path))
    }
    return try parse(Array(bytes), label: label, file: path)
  }
}

/// The cause, for a message.
func whyUnreadable(_ path: String) -> String {
  FileManager.default.fileExists(atPath: path) ? "not a readable file" : "no such file"
}
