internal import Glibc

/// The right to write to one store, held by at most one process.
///
/// It is an exclusive `flock` on `<store>.lock`, which holds the owner's process id. The kernel
/// releases it however the process ends, so a kill leaves nothing to clean up; the file itself
/// stays, because removing it would let two processes lock two different files. Readers need none.
/// Behind the id stands a line that the owner may write for them, valid while the lock is held.
struct WriterLock: ~Copyable {
  private let descriptor: Int32

  /// Takes the lock, or refuses at once and names the owner.
  init(store path: String) throws(StoreError) {
    let descriptor = open(path + ".lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw Self.failure(path, errno) }
    var isHeld = flock(descriptor, LOCK_EX | LOCK_NB) != 0
    // It may have been somebody's look at the lock, which takes microseconds.
    for _ in 0..<5 where isHeld && errno == EWOULDBLOCK {
      usleep(5_000)
      isHeld = flock(descriptor, LOCK_EX | LOCK_NB) != 0
    }
    guard !isHeld else {
      let number = errno
      let pid = Self.owner(descriptor)
      close(descriptor)
      guard number == EWOULDBLOCK else { throw Self.failure(path, number) }
      throw StoreError(
        code: .inUse(pid: pid),
        operation: .open,
        path: path,
        cause: "another process is writing to it" + (pid.map { " (pid \($0))" } ?? "")
      )
    }
    let pid = Array("\(getpid())\n".utf8)
    guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, pid, pid.count, 0) == pid.count else {
      let number = errno
      close(descriptor)
      throw Self.failure(path, number)
    }
    self.descriptor = descriptor
  }

  /// Leaves a line for those who look at the store; what hinders it is nobody's concern.
  ///
  /// - Parameter line: The line, without a line break.
  func leave(_ line: [UInt8]) {
    let text = Array("\(getpid())\n".utf8) + line + [0x0A]
    _ = pwrite(descriptor, text, text.count, 0)
    // After it, so that nobody finds the first lines incomplete.
    ftruncate(descriptor, text.count)
  }

  /// The line that the owner has left; empty when there is none or nobody holds the lock.
  static func line(store path: String) -> [UInt8] {
    guard isHeld(store: path) else { return [] }
    let descriptor = open(path + ".lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    defer { close(descriptor) }
    var bytes = [UInt8](repeating: 0, count: 1 << 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    let lines = bytes.prefix(max(0, count)).split(separator: 0x0A, omittingEmptySubsequences: false)
    return lines.count > 2 ? Array(lines[1]) : []
  }

  deinit {
    // Closing alone would leave the lock to a child that was forked meanwhile and is not yet another
    // program.
    flock(descriptor, LOCK_UN)
    close(descriptor)
  }

  /// Whether a process holds the lock of a store.
  static func isHeld(store path: String) -> Bool {
    let descriptor = open(path + ".lock", O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return flock(descriptor, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
  }

  private static func owner(_ descriptor: Int32) -> Int32? {
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return Int32(String(decoding: bytes.prefix(max(0, count)).prefix { $0 != 0x0A }, as: UTF8.self))
  }

  private static func failure(_ path: String, _ number: Int32) -> StoreError {
    StoreError(
      code: StoreError.Code(system: number),
      operation: .open,
      path: path,
      cause: "its lock file: " + String(cString: strerror(number))
    )
  }
}
