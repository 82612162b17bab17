import Experiment
import FoundationEssentials

extension ExampleFile {
  /// Reads a file of examples.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - role: Decides the default ids.
  /// - Returns: At least one example.
  /// - Throws: `ExampleFileError`, or `Failure` when the file cannot be read.
  static func read(path: String, role: Role) throws -> [Example] {
    let bytes: Data
    do {
      bytes = try Data(contentsOf: URL(filePath: path))
    } catch {
      let exists = FileManager.default.fileExists(atPath: path)
      throw Failure(
        .failed,
        "cannot read examples '\(path)': \(exists ? "not a readable file" : "no such file")"
      )
    }
    return try parse(Array(bytes), role: role, file: path)
  }
}
