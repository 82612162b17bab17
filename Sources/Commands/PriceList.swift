import FoundationEssentials

/// Prices of hosts as a JSON5 file gives them: dated, and the user's to edit.
package struct PriceList: Sendable, Hashable, Decodable {
  /// What one model costs, in US dollars.
  package struct Entry: Sendable, Hashable, Decodable {
    /// A million tokens trained on.
    var training: Double?
    /// A million tokens sent to be priced.
    var prompt: Double?
    /// A million tokens generated.
    var completion: Double?
    /// Each fine-tuning job.
    var job: Double?
    /// Each hour a model is deployed.
    var hour: Double?
  }

  /// The day the prices were looked up, as `YYYY-MM-DD`.
  var date: String
  /// Entries by name of host, then by the start of the model's name.
  var hosts: [String: [String: Entry]]

  /// The list that comes with the program.
  ///
  /// - Returns: The list.
  /// - Throws: `ConfigurationError` when the embedded file is damaged.
  static func standard() throws(ConfigurationError) -> PriceList {
    try PriceList(json5: PackageResources.prices_json5, file: "configs/prices.json5")
  }

  /// Reads a user's list.
  ///
  /// - Parameter path: Path of a JSON5 file.
  /// - Returns: The list.
  /// - Throws: `ConfigurationError` naming the file.
  static func read(path: String) throws(ConfigurationError) -> PriceList {
    guard let bytes = try? Data(contentsOf: URL(filePath: path)) else {
      throw fault(.unreadable, path, "no such file, or not readable")
    }
    return try PriceList(json5: Array(bytes), file: path)
  }

  /// Reads a list.
  ///
  /// - Parameters:
  ///   - json5: The content of a file.
  ///   - file: What to call it in errors.
  /// - Throws: `ConfigurationError` naming the file.
  package init(json5: [UInt8], file: String) throws(ConfigurationError) {
    // The decoder traps where a bare key is not UTF-8, and past a number that ends the text.
    guard String(validating: json5, as: UTF8.self) != nil else {
      throw Self.fault(.syntax, file, "not valid UTF-8")
    }
    let decoder = JSONDecoder()
    decoder.allowsJSON5 = true
    do {
      self = try decoder.decode(PriceList.self, from: Data(json5 + [0x0A]))
    } catch {
      throw Self.fault(
        .syntax,
        file,
        "not a price list: { date: \"…\", hosts: { NAME: { MODEL: { training, prompt } } } }"
      )
    }
    for (host, models) in hosts {
      for (model, entry) in models {
        let numbers = [entry.training, entry.prompt, entry.completion, entry.job, entry.hour]
        guard numbers.allSatisfy({ $0.map { $0.isFinite && $0 >= 0 } ?? true }) else {
          throw Self.fault(.badValue, file, "a price of '\(host)' '\(model)' is not 0 or more")
        }
      }
    }
  }

  private static func fault(
    _ code: ConfigurationError.Code,
    _ file: String,
    _ cause: String
  ) -> ConfigurationError {
    var error = ConfigurationError(code, path: "", cause)
    error.file = file
    return error
  }

  /// What a model costs at a host.
  ///
  /// - Parameters:
  ///   - model: The base or tuned model's name.
  ///   - host: The host's name.
  /// - Returns: The entry with the longest matching key; `nil` when there is none.
  func entry(of model: String, at host: String) -> Entry? {
    let name = model.hasPrefix("ft:") ? model.dropFirst(3) : model[...]
    return hosts[host]?.filter { name.utf8.starts(with: $0.key.utf8) }
      .max { $0.key.count < $1.key.count }?.value
  }
}
