internal import Experiment
internal import Files
import FoundationEssentials
import Glibc

/// The files of one job of an external trainer: `<folder>/<job>.job/…`, beside its output.
///
/// The job's name is its key where that can be a file name, otherwise the key's digest.
struct CommandFolder {
  /// What the program may fill and should return as its model.
  let output: String
  private let folder: String

  var training: String { "\(folder)/training.jsonl" }
  /// Where the program's standard error goes.
  var log: String { "\(folder)/stderr.log" }
  /// What is written to the program's standard input.
  var input: String { "\(folder)/stdin.json" }
  /// What the program wrote to its standard output.
  var stdout: String { "\(folder)/stdout.jsonl" }
  private var result: String { "\(folder)/result.json" }

  /// Makes the folder of a job.
  ///
  /// - Throws: `HostError` of code `configuration` when it cannot be made.
  init(in parent: String, key: String) throws(HostError) {
    var path = parent
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    if !path.hasPrefix("/") { path = "\(FileManager.default.currentDirectoryPath)/\(path)" }
    output = "\(path)/\(Self.name(for: key))"
    folder = "\(output).job"
    for made in [folder, output] {
      do {
        try PrivateFile.makeFolder(made)
      } catch {
        throw HostError(.configuration, "cannot make the folder '\(made)': \(Self.cause(error))")
      }
    }
  }

  /// Writes a file, whole or not at all.
  ///
  /// - Throws: `HostError` of code `configuration` when it cannot be written.
  func write(_ bytes: [UInt8], to path: String) throws(HostError) {
    do {
      try PrivateFile.write(bytes, to: path)
    } catch {
      throw HostError(.configuration, "cannot write '\(path)': \(Self.cause(error))")
    }
  }

  /// The result of an earlier call for the same job, if its model is still there.
  ///
  /// - Returns: The result, or `nil`.
  func adopted(_ digest: String) -> CommandResult? {
    guard let data = try? Data(contentsOf: URL(filePath: result)),
      let document = JSONReader.read(Array(data)), document["digest"]?.string == digest,
      let adopted = CommandResult(document)
    else { return nil }
    let files = ([adopted.model] + adopted.checkpoints).filter { $0.hasPrefix("/") }
    return files.allSatisfy(FileManager.default.fileExists(atPath:)) ? adopted : nil
  }

  /// Keeps a result for later calls.
  ///
  /// - Throws: `HostError` of code `configuration` when it cannot be written.
  func keep(_ kept: CommandResult, _ digest: String) throws(HostError) {
    var members = kept.members
    members["digest"] = .string(digest)
    try write(JSON.object(members).bytes, to: result)
  }

  /// The right to run the job's program.
  ///
  /// An earlier program that outlived its `daunce` still has it.
  /// - Returns: The lock, or `nil` while it is held.
  /// - Throws: `HostError` of code `configuration` when the lock file cannot be opened.
  func lock() throws(HostError) -> CommandLock? { try CommandLock("\(folder)/lock") }

  /// The last lines of the log, as one line for messages; empty when there are none.
  ///
  /// - Returns: At most 400 bytes of text.
  func complaint(from start: Int) -> String {
    guard let file = ReadFile(log) else { return "" }
    let size = file.size
    let bytes = file.read(at: max(start, size - 400), most: 400)
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
      .map { $0.split(whereSeparator: \.isWhitespace).joined(separator: " ") }
      .filter { !$0.isEmpty }
    return lines.suffix(4).joined(separator: " | ")
  }

  private static func name(for key: String) -> String {
    let isName =
      (1...100).contains(key.utf8.count) && !key.hasPrefix(".") && !key.hasPrefix("-")
      && key.utf8.allSatisfy { byte in
        Character(Unicode.Scalar(byte)).isLetter && byte < 0x80
          || (0x30...0x39).contains(byte) || "-_.".utf8.contains(byte)
      }
    if isName { return key }
    var digest = Digest()
    digest.update(key)
    return "\(digest)"
  }

  private static func cause(_ error: any Error) -> String {
    guard let error = error as? CocoaError else { return "\(error)" }
    return error.underlying.map { "\($0)" } ?? "error \(error.code.rawValue)"
  }
}

/// A file lock that a child process may hold together with this one.
struct CommandLock: ~Copyable {
  let descriptor: Int32

  /// Takes the lock; `nil` while another process holds it.
  init?(_ path: String) throws(HostError) {
    let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      let cause = unsafe String(cString: strerror(errno))
      throw HostError(.configuration, "cannot open '\(path)': \(cause)")
    }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    self.descriptor = descriptor
  }

  deinit { close(descriptor) }
}

/// A file that is read while another process writes it.
struct ReadFile: ~Copyable {
  private let descriptor: Int32

  /// Opens a file; `nil` when that fails.
  init?(_ path: String) {
    descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  deinit { close(descriptor) }

  /// Bytes it has now.
  var size: Int { max(0, Int(lseek(descriptor, 0, SEEK_END))) }

  /// Bytes from a place on, none at the end.
  func read(at offset: Int, most: Int) -> [UInt8] {
    unsafe [UInt8](unsafeUninitializedCapacity: most) { buffer, count in
      // SAFETY: `pread` writes at most the buffer's own size.
      count = unsafe max(0, pread(descriptor, buffer.baseAddress, most, off_t(offset)))
    }
  }
}
