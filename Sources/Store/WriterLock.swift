internal import Glibc

/// The right to write to one store, held by at most one process.
///
/// It is an exclusive `flock` on `<store>.lock`, which holds the owner's process id. The kernel
/// releases it however the process ends, so a kill leaves nothing to clean up; the file itself
/// stays, because removing it would let two processes lock two different files. Readers need none.
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
    guard count > 1 else { return nil }
    return Int32(String(decoding: bytes[..<(count - 1)], as: UTF8.self))
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
