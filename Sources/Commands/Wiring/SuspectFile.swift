import Experiment
import FoundationEssentials
import Terminal

/// A file of suspects: a row's id on each line, after a tab the name of the cluster it belongs to.
///
/// Empty lines and lines that begin with `#` are left out.
enum SuspectFile {
  /// Reads the clusters, in the order in which they are first named.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - corpus: Whose rows they are.
  /// - Returns: The clusters; rows without a name are one.
  /// - Throws: `Failure` for a file that cannot be read, or an id that no row has.
  static func read(path: String, corpus: Corpus) throws(Failure) -> [SuspectCluster] {
    guard let bytes = try? Data(contentsOf: URL(filePath: path)),
      let text = String(validating: bytes, as: UTF8.self)
    else {
      throw Failure(.usage, "cannot read suspects '\(path)': no such file, or not UTF-8 text")
    }
    var places: [ByteText: Int] = [:]
    for (place, row) in corpus.train.enumerated() { places[ByteText(row.id)] = place }
    var order: [ByteText] = []
    var rows: [ByteText: (name: String, rows: [Int])] = [:]
    for (number, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
      .enumerated()
    {
      let parts = line.split(separator: "\t", maxSplits: 1)
      guard let id = parts.first.map(String.init), !id.hasPrefix("#") else { continue }
      guard let place = places[ByteText(id)] else {
        throw Failure(
          .usage,
          "cannot read suspects '\(path)': line \(number + 1): no training row has the id '\(id)'",
          hint: "ids are those of 'daunce top'; rows without one are called train-0, train-1, …"
        )
      }
      let name = parts.count > 1 ? String(parts[1]) : "suspects"
      if rows[ByteText(name)] == nil { order.append(ByteText(name)) }
      rows[ByteText(name), default: (name, [])].rows.append(place)
    }
    return order.compactMap { rows[$0] }.map {
      SuspectCluster(name: $0.name, rows: $0.rows, sources: ["file"])
    }
  }
}
