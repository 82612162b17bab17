import Foundation
import TestSupport

/// The built program as a process, its streams caught in files of the folder it runs in.
final class DaunceProcess: Sendable {
  /// How a process ended.
  struct Ending: Sendable {
    /// Exit status; the negated signal number if a signal ended it.
    let status: Int32
    /// Standard output.
    let output: String
    /// Standard error.
    let notes: String

    /// Standard output as one JSON object a line.
    func objects() throws -> [[String: Any]] {
      try output.split(separator: "\n").compactMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
    }
  }

  private let process = Process()
  private let endings: AsyncStream<Int32>
  private let streams: (output: URL, notes: URL)

  /// Starts the program.
  ///
  /// - Parameters:
  ///   - words: Its command line.
  ///   - folder: Where it runs and leaves its streams.
  ///   - environment: Variables it gets beside the usual ones.
  /// - Throws: What the system says when it cannot be started.
  init(_ words: [String], in folder: URL, environment: [String: String] = [:]) throws {
    let name = UUID().uuidString
    streams = (folder.appending(path: "\(name).out"), folder.appending(path: "\(name).err"))
    for url in [streams.output, streams.notes] { try Data().write(to: url) }
    let (endings, continuation) = AsyncStream.makeStream(of: Int32.self)
    self.endings = endings
    process.executableURL = try Self.program()
    process.arguments = words
    process.currentDirectoryURL = folder
    process.environment = ["PATH": "/usr/bin:/bin", "TMPDIR": folder.path]
      .merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: streams.output)
    process.standardError = try FileHandle(forWritingTo: streams.notes)
    process.terminationHandler = { process in
      let isSignal = process.terminationReason == .uncaughtSignal
      continuation.yield(isSignal ? -process.terminationStatus : process.terminationStatus)
      continuation.finish()
    }
    try process.start()
  }

  /// Runs the program to its end.
  ///
  /// - Parameters:
  ///   - words: Its command line.
  ///   - folder: Where it runs.
  /// - Returns: How it ended.
  /// - Throws: What the system says when it cannot be started.
  static func run(_ words: String..., in folder: URL) async throws -> Ending {
    try await DaunceProcess(words, in: folder).ending()
  }

  /// Sends a signal now.
  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Sends a signal after a while; see `watch`.
  func send(_ signal: Int32, after seconds: Double) async {
    await watch(signal) { Thread.sleep(forTimeInterval: seconds) }
  }

  /// Sends a signal once something is so, or the process has ended; see `watch`.
  func send(_ signal: Int32, when isSo: @escaping @Sendable () -> Bool) async {
    await watch(signal) { [process] in
      while process.isRunning, !isSo() { Thread.sleep(forTimeInterval: 0.005) }
    }
  }

  /// Waits on a thread of its own, then sends a signal.
  ///
  /// A task would look too late where other tests keep the pool's few threads, and a wait on one of these would
  /// keep it from them.
  private func watch(_ signal: Int32, _ wait: @escaping @Sendable () -> Void) async {
    await withCheckedContinuation { continuation in
      Thread.detachNewThread { [self] in
        wait()
        send(signal)
        continuation.resume()
      }
    }
  }

  /// Waits for the first line of standard output.
  func firstLine() async throws -> String {
    while process.isRunning {
      let text = try String(contentsOf: streams.output, encoding: .utf8)
      if let end = text.firstIndex(of: "\n") { return String(text[..<end]) }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw CocoaError(.fileReadUnknown)
  }

  /// Standard error so far.
  var noted: String { (try? String(contentsOf: streams.notes, encoding: .utf8)) ?? "" }
  /// Standard output so far.
  var printed: String { (try? String(contentsOf: streams.output, encoding: .utf8)) ?? "" }

  /// Waits for the end.
  func ending() async throws -> Ending {
    var status: Int32 = .min
    for await value in endings { status = value }
    return Ending(
      status: status,
      output: try String(contentsOf: streams.output, encoding: .utf8),
      notes: try String(contentsOf: streams.notes, encoding: .utf8)
    )
  }

  /// The program lies beside the tests' own executable, whatever the build configuration.
  static func program() throws -> URL {
    let own = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
    return URL(filePath: own).deletingLastPathComponent().appending(path: "daunce")
  }
}
