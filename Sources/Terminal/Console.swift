import Glibc

/// An open file descriptor that output goes to, standard output and error above all.
package struct Console: Sendable, Hashable {
  /// The stream's file descriptor.
  package let descriptor: Int32

  /// Takes an open descriptor, which stays the caller's to close.
  package init(descriptor: Int32) { self.descriptor = descriptor }

  /// Standard output: the result and nothing else.
  package static let output = Console(descriptor: 1)
  /// Standard error: progress, notes, errors.
  package static let error = Console(descriptor: 2)

  /// Whether a person is looking.
  package var isTerminal: Bool { isatty(descriptor) == 1 }

  /// Columns of the terminal; 80 when the stream is not one or does not say.
  package var width: Int {
    var size = winsize()
    // The kernel writes one `winsize` through the pointer, which outlives the call.
    let status = unsafe ioctl(descriptor, UInt(TIOCGWINSZ), &size)
    return status == 0 && size.ws_col > 0 ? Int(size.ws_col) : 80
  }

  /// The stream's style.
  ///
  /// - Parameters:
  ///   - environment: The process environment.
  ///   - isColourDisabled: Whether `--no-color` was given.
  /// - Returns: What `Style` decides for this stream.
  package func style(environment: [String: String], isColourDisabled: Bool = false) -> Style {
    Style(isTerminal: isTerminal, environment: environment, isDisabled: isColourDisabled)
  }

  /// Writes all bytes at once, unbuffered.
  ///
  /// - Throws: The system's own error, except for interrupted calls, which are repeated.
  package func write(_ bytes: [UInt8]) throws(ConsoleError) {
    var start = 0
    while start < bytes.count {
      // The pointer is valid for the closure, and the count is what is left of the array.
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor,
          buffer.baseAddress?.advanced(by: start),
          buffer.count - start
        )
      }
      if count >= 0 {
        start += count
      } else if errno != EINTR {
        throw ConsoleError(number: errno)
      }
    }
  }

  /// Writes text and gives up quietly when nobody listens: for notes and progress.
  package func print(_ text: String) {
    try? write(Array(text.utf8))
  }
}

/// A stream that cannot be written to.
package struct ConsoleError: Error, Sendable, Hashable {
  /// The system's error number.
  package let number: Int32
  /// The file; `nil` for a stream.
  package let path: String?

  package init(number: Int32, path: String? = nil) {
    self.number = number
    self.path = path
  }

  /// The system's own words, such as `No space left on device`.
  package var message: String {
    // strerror returns a text that lives as long as the thread makes no other such call.
    unsafe String(cString: strerror(number))
  }
}
