import Experiment

/// One run of an external program, from its input to its last word.
struct CommandRun {
  private let arguments: [String]
  private let environment: [String: String]
  private let grace: Duration

  var program: String { arguments.first ?? "" }

  init(_ arguments: [String], environment: [String: String], grace: Duration) {
    self.arguments = arguments
    self.environment = environment
    self.grace = grace
  }

  /// Runs the program to its end.
  ///
  /// - Returns: The last report that is more than progress, or the last progress, or `nil`.
  /// - Throws: `HostError` of code `command` when it prints nonsense or fails without saying why;
  ///   `CancellationError` when cancelled, the program having ended.
  func callAsFunction(
    _ input: [UInt8],
    _ folder: CommandFolder,
    _ heard: (CommandReport) throws -> Void
  ) async throws -> CommandReport? {
    let lock = try await lock(folder)
    try folder.write(input, to: folder.input)
    let logged = ReadFile(folder.log)?.size ?? 0
    var child = try ChildProcess(
      arguments,
      environment: environment,
      streams: ChildProcess.Streams(
        input: folder.input,
        output: folder.stdout,
        log: folder.log,
        lock: lock.descriptor
      )
    )
    var last: CommandReport?
    do {
      var reader = LineReader(folder.stdout)
      var pause: Duration = .milliseconds(5)
      while true {
        // Asked before the rest is read, so that nothing is printed after it.
        let ending = child.poll()
        while let line = try reader.next(isComplete: ending != nil) {
          guard !line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) else { continue }
          guard let report = CommandReport(line) else {
            throw HostError(
              .command,
              "'\(program)' printed \(HostError.excerpt(line, limit: 100)); its standard output "
                + "must be JSON lines that say progress, model, job or error, all else belongs on "
                + "standard error"
            )
          }
          try heard(report)
          if case .progress = report, last != nil { continue }
          last = report
        }
        if let ending {
          if case .failure = last { return last }
          guard ending == .exit(0) else {
            let complaint = folder.complaint(from: logged)
            throw HostError(
              .command,
              "'\(program)' \(ending); "
                + (complaint.isEmpty ? "nothing on standard error" : "its last words: \(complaint)")
            )
          }
          return last
        }
        try await Task.sleep(for: pause)
        pause = min(pause * 2, .milliseconds(100))
      }
    } catch {
      await child.end(grace: grace)
      throw error
    }
  }

  /// Waits until no earlier run of the job is left.
  private func lock(_ folder: CommandFolder) async throws -> CommandLock {
    let waiting = Waiting(for: "an earlier run of the same job")
    defer { waiting.end() }
    while true {
      if let lock = try folder.lock() { return lock }
      waiting.tell("'\(program)' still holds \(folder.output)", pause: .zero)
      try await Task.sleep(for: .milliseconds(200))
    }
  }
}

/// Lines of a file that another process is still writing.
private struct LineReader: ~Copyable {
  private let path: String
  private var file: ReadFile?
  private var offset = 0
  private var rest: ArraySlice<UInt8> = []

  init(_ path: String) {
    self.path = path
    file = ReadFile(path)
  }

  /// The next line without its end; `nil` when there is none yet.
  ///
  /// - Throws: `HostError` of code `command` when it is too long.
  mutating func next(isComplete: Bool) throws(HostError) -> [UInt8]? {
    var searched = rest.startIndex
    while true {
      if let end = rest[searched...].firstIndex(of: UInt8(ascii: "\n")) {
        defer { rest = rest[(end + 1)...] }
        return Array(rest[..<end])
      }
      guard rest.count <= CommandTrainer.longestLine else {
        throw HostError(
          .command,
          "a line on standard output has more than \(CommandTrainer.longestLine) bytes"
        )
      }
      searched = rest.endIndex
      let bytes = file?.read(at: offset, most: 1 << 16) ?? []
      if bytes.isEmpty {
        guard isComplete, !rest.isEmpty else { return nil }
        defer { rest = [] }
        return Array(rest)
      }
      offset += bytes.count
      rest += bytes
    }
  }
}
