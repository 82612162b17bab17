import Glibc

/// A file that a result is written to, whole or not at all; `-` is standard output.
///
/// What was there before stays until `finish`: the bytes gather beside it, in a file of the same name
/// with `.part` at its end. What is no regular file, such as a pipe, is written at once.
package final class OutputFile {
  /// The path as given.
  package let path: String
  private let console: Console
  /// Where the bytes gather and where they go; `nil` when they are written at once.
  private var move: (from: String, to: String)?

  /// Opens the file for writing.
  ///
  /// - Parameters:
  ///   - path: Where; `-` for standard output.
  ///   - isPrivate: Whether a file that is made is for its owner alone, whatever the umask.
  /// - Throws: `ConsoleError` naming the path.
  package init(path: String, isPrivate: Bool = false) throws(ConsoleError) {
    self.path = path
    if path == "-" {
      console = .output
      return
    }
    var known = stat()
    // The text and the structure are valid for the call, and no pointer is kept.
    let exists = unsafe stat(path, &known) == 0
    let isRegular = !exists || known.st_mode & S_IFMT == S_IFREG
    let target = exists ? Self.resolved(path) : path
    var descriptor = isRegular ? Self.open(target + ".part", isPrivate ? 0o600 : 0o644) : -1
    if descriptor >= 0 {
      move = (target + ".part", target)
      // What an earlier write left behind may have another mode.
      if exists || isPrivate { fchmod(descriptor, exists ? known.st_mode & 0o7777 : 0o600) }
    } else {
      // A file may be writable in a folder that is not.
      descriptor = exists ? Self.open(path, 0o600) : descriptor
    }
    guard descriptor >= 0 else { throw ConsoleError(number: errno, path: path) }
    console = Console(descriptor: descriptor)
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

  /// Puts what was written in its place.
  ///
  /// - Throws: `ConsoleError` naming the path.
  package func finish() throws(ConsoleError) {
    guard let (from, to) = move else { return }
    // The texts are valid for the call.
    guard unsafe rename(from, to) == 0 else { throw ConsoleError(number: errno, path: path) }
    move = nil
  }

  deinit {
    // The text is valid for the call.
    if let move { _ = unsafe unlink(move.from) }
    if console != .output { close(console.descriptor) }
  }

  private static func open(_ path: String, _ mode: mode_t) -> Int32 {
    // The text is valid for the call, and no pointer is kept.
    unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
  }

  /// The file that a path leads to through links.
  private static func resolved(_ path: String) -> String {
    // What `realpath` allocates is copied and freed.
    guard let found = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(found) }
    return unsafe String(cString: found)
  }
}
