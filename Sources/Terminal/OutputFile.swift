import Glibc

/// A file that a result is written to; `-` is standard output.
package final class OutputFile {
  /// The path as given.
  package let path: String
  private let console: Console

  /// Creates the file, or empties the one that is there.
  ///
  /// - Parameter path: Where; `-` for standard output.
  /// - Throws: `ConsoleError` naming the path.
  package init(path: String) throws(ConsoleError) {
    self.path = path
    if path == "-" {
      console = .output
    } else {
      // The text is valid for the call, and no pointer is kept.
      let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
      if descriptor < 0 { throw ConsoleError(number: errno, path: path) }
      console = Console(descriptor: descriptor)
    }
  }

  /// Appends bytes.
  ///
  /// - Throws: `ConsoleError` naming the path.
  package func write(_ bytes: [UInt8]) throws(ConsoleError) {
    do throws(ConsoleError) {
      try console.write(bytes)
    } catch {
      throw ConsoleError(number: error.number, path: path)
    }
  }

  deinit {
    if console != .output { close(console.descriptor) }
  }
}
