import Experiment
import FoundationEssentials

extension ConfigurationReader {
  /// Reads a file and gives its name to every fault found in it.
  ///
  /// - Parameters:
  ///   - file: Path of a JSON5 file.
  ///   - body: What is made of its content, the folder that relative paths are put behind (empty, or
  ///     ends in a slash) and its name without extension.
  /// - Returns: What the body returns.
  /// - Throws: `ConfigurationError` with the file's name.
  static func reading<Result>(
    file: String,
    _ body: (_ json5: [UInt8], _ folder: String, _ name: String) throws(ConfigurationError) ->
      Result
  ) throws(ConfigurationError) -> Result {
    let url = URL(filePath: file)
    do throws(ConfigurationError) {
      let bytes: Data
      do {
        bytes = try Data(contentsOf: url)
      } catch {
        let exists = FileManager.default.fileExists(atPath: file)
        throw ConfigurationError(
          .unreadable,
          path: "",
          exists ? "not a readable file" : "no such file"
        )
      }
      if let foreign = ForeignFile(notText: bytes, file: file) {
        throw ConfigurationError(.syntax, path: "", foreign.reason, hint: foreign.hint)
      }
      let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
      return try body(Array(bytes), folder, url.deletingPathExtension().lastPathComponent)
    } catch {
      var named = error
      named.file = file
      throw named
    }
  }

  /// Opens the object that a text holds.
  init(json5: [UInt8], keys: [String]) throws(ConfigurationError) {
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    guard let text = String(validating: json5, as: UTF8.self) else {
      throw ConfigurationError(.syntax, path: "", "not valid UTF-8")
    }
    // The decoder looks past a number that ends the text, and traps there.
    guard let value = try? decoder.decode(ConfigurationValue.self, from: Data(json5 + [0x0A]))
    else {
      throw ConfigurationError(
        .syntax,
        path: "",
        JSON5Fault.first(in: text)?.description ?? "not valid JSON5"
      )
    }
    if let repeated = JSON5Fault.repeatedKey(in: text) {
      throw ConfigurationError(.syntax, path: "", repeated.description, hint: "keep one of them")
    }
    guard case .object(let values) = value else {
      throw ConfigurationError(
        .syntax,
        path: "",
        "the file should hold an object, found \(value.description)"
      )
    }
    try self.init(values, path: "", keys: keys)
  }
}
