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
  package static func standard() throws(ConfigurationError) -> PriceList {
    try PriceList(json5: PackageResources.prices_json5)
  }

  /// Reads a user's list.
  package static func read(path: String) throws(ConfigurationError) -> PriceList {
    try ConfigurationReader.reading(file: path) { bytes, _, _ throws(ConfigurationError) in
      try PriceList(json5: bytes)
    }
  }

  /// Reads a list; a key that nobody reads would be a price that is not counted.
  package init(json5: [UInt8]) throws(ConfigurationError) {
    let root = try ConfigurationReader(json5: json5, keys: ["date", "hosts"])
    date = try root.required("date", root.text)
    hosts = [:]
    let open = try root.part("hosts", keys: nil)
    for host in open.keys {
      let models = try open.part(host, keys: nil)
      for model in models.keys {
        let keys = ["training", "prompt", "completion", "job", "hour"]
        let entry = try models.part(model, keys: keys)
        hosts[host, default: [:]][model] = Entry(
          training: try entry.amount("training"),
          prompt: try entry.amount("prompt"),
          completion: try entry.amount("completion"),
          job: try entry.amount("job"),
          hour: try entry.amount("hour")
        )
      }
    }
  }

  /// What a model costs at a host.
  ///
  /// - Returns: The entry with the longest key that begins the model's name; `nil` for none.
  package func entry(of model: String, at host: String) -> Entry? {
    let name = model.hasPrefix("ft:") ? model.dropFirst(3) : model[...]
    return hosts[host]?.filter { name.hasPrefix($0.key) }
      .max { $0.key.count < $1.key.count }?.value
  }
}
