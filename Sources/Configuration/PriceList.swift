/// Prices of hosts as a JSON5 file gives them: dated, and the user's to edit.
package struct PriceList: Sendable, Hashable {
  /// What one model costs, in US dollars.
  package struct Entry: Sendable, Hashable {
    /// A million tokens trained on.
    package var training: Double?
    /// A million tokens sent to be priced.
    package var prompt: Double?
    /// A million tokens generated.
    package var completion: Double?
    /// Each fine-tuning job.
    package var job: Double?
    /// Each hour a model is deployed.
    package var hour: Double?
  }

  /// The day the prices were looked up, as `YYYY-MM-DD`.
  package var date: String
  /// Entries by name of host, then by the start of the model's name.
  package var hosts: [String: [String: Entry]]

  /// The list that comes with the program.
  ///
  /// - Returns: The list.
  /// - Throws: `ConfigurationError` when the embedded file is damaged.
  package static func standard() throws(ConfigurationError) -> PriceList {
    try PriceList(json5: PackageResources.prices_json5)
  }

  /// Reads a user's list.
  ///
  /// - Parameter path: Path of a JSON5 file.
  /// - Returns: The list.
  /// - Throws: `ConfigurationError` naming the file.
  package static func read(path: String) throws(ConfigurationError) -> PriceList {
    try ConfigurationReader.reading(file: path) { bytes, _, _ throws(ConfigurationError) in
      try PriceList(json5: bytes)
    }
  }

  /// Reads a list; a key that nobody reads would be a price that is not counted.
  ///
  /// - Parameter json5: The content of a file.
  /// - Throws: `ConfigurationError` for the first fault, its `file` not set.
  package init(json5: [UInt8]) throws(ConfigurationError) {
    let root = try ConfigurationReader(json5: json5, keys: ["date", "hosts"])
    date = try root.required("date", root.text("date"))
    hosts = [:]
    let open = try root.required("hosts", root.object("hosts", keys: nil))
    for host in open.keys {
      let models = try open.required(host, open.object(host, keys: nil))
      for model in models.keys {
        let entry = try models.required(
          model,
          models.object(model, keys: ["training", "prompt", "completion", "job", "hour"])
        )
        func price(_ key: String) throws(ConfigurationError) -> Double? {
          try entry.amount(key)
        }
        hosts[host, default: [:]][model] = Entry(
          training: try price("training"),
          prompt: try price("prompt"),
          completion: try price("completion"),
          job: try price("job"),
          hour: try price("hour")
        )
      }
    }
  }

  /// What a model costs at a host.
  ///
  /// - Parameters:
  ///   - model: The base or tuned model's name.
  ///   - host: The host's name.
  /// - Returns: The entry with the longest matching key; `nil` when there is none.
  package func entry(of model: String, at host: String) -> Entry? {
    let name = model.hasPrefix("ft:") ? model.dropFirst(3) : model[...]
    return hosts[host]?.filter { name.hasPrefix($0.key) }
      .max { $0.key.count < $1.key.count }?.value
  }
}
