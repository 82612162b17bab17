internal import Glibc

/// Files and folders that hold users' rows: made for their owner alone, whatever the umask.
///
/// What exists keeps its mode.
package enum PrivateFile {
  /// Why a file or folder could not be made, in the system's own words.
  package struct Fault: Error, Sendable, Hashable, CustomStringConvertible {
    /// The system's words.
    package let description: String

    init(_ number: Int32) {
      // The text lives as long as the thread makes no other such call, and is copied.
      description = unsafe String(cString: strerror(number))
    }
  }

  /// Makes an empty file where there is none.
  ///
  /// - Parameter path: Its path.
  /// - Returns: Whether it was made.
  @discardableResult
  package static func create(_ path: String) -> Bool {
    // The text is valid for the call, here and below.
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }

  /// Writes a file, whole or not at all.
  ///
  /// - Parameters:
  ///   - bytes: Its content.
  ///   - path: Its path.
  /// - Throws: `Fault`.
  package static func write(_ bytes: [UInt8], to path: String) throws(Fault) {
    // Two threads may write files of one name, and what a crash left behind is nobody's.
    let part = "\(path).\(getpid()).\(UInt32.random(in: 0...(.max))).part"
    let descriptor = unsafe open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode)
    guard descriptor >= 0 else { throw Fault(errno) }
    var known = stat()
    if unsafe stat(path, &known) == 0 { fchmod(descriptor, known.st_mode & 0o7777) }
    var number = written(bytes, to: descriptor)
    close(descriptor)
    if number == 0, unsafe rename(part, path) != 0 { number = errno }
    guard number == 0 else {
      unsafe unlink(part)
      throw Fault(number)
    }
  }

  /// Makes a folder and those above it that are not there.
  ///
  /// - Parameter path: Its path.
  /// - Throws: `Fault`; a folder that is there is none.
  package static func makeFolder(_ path: String) throws(Fault) {
    if unsafe mkdir(path, folderMode) == 0 { return }
    var number = errno
    if number == ENOENT, let slash = path.dropLast().lastIndex(of: "/"), slash > path.startIndex {
      try makeFolder(String(path[..<slash]))
      if unsafe mkdir(path, folderMode) == 0 { return }
      number = errno
    }
    var known = stat()
    guard number == EEXIST, unsafe stat(path, &known) == 0, known.st_mode & S_IFMT == S_IFDIR else {
      throw Fault(number)
    }
  }

  private static let mode: mode_t = 0o600
  private static let folderMode: mode_t = 0o700

  /// Writes all bytes; the error's number, 0 for none.
  private static func written(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes {
        unsafe Glibc.write(descriptor, $0.baseAddress, $0.count)
      }
      if count < 0, errno == EINTR { continue }
      if count < 0 { return errno }
      rest = rest.dropFirst(count)
    }
    return 0
  }
}
