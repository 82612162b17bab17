package import FoundationEssentials

/// A folder of one test's own, removed with everything in it when the value goes away.
package struct TemporaryFolder: ~Copyable {
  /// The folder.
  package let url: URL

  /// Makes a new, empty folder.
  package init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "daunce-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// Path of a file in the folder, whether it exists or not.
  package func path(_ name: String) -> String { url.appending(path: name).path }
}
