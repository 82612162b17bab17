import FoundationEssentials
import Glibc

/// A program run as a child process, in a process group of its own, its streams being files.
///
/// Files cannot fill up like pipes, so neither side ever waits for the other to read. The child gets
/// default signal handling, and of this process's other descriptors one lock only.
struct ChildProcess: ~Copyable {
  struct Streams {
    /// Read as standard input.
    let input: String
    /// Standard output, emptied first.
    let output: String
    /// Standard error, appended to.
    let log: String
    /// Descriptor of a locked file, which the child holds as number 3: what outlives this process
    /// keeps the lock.
    let lock: Int32
  }

  enum Ending: Hashable, CustomStringConvertible {
    case exit(Int32)
    case signal(Int32)

    var description: String {
      switch self {
      case .exit(let status): "ended with status \(status)"
      case .signal(let number): "was ended by signal \(number)"
      }
    }
  }

  private let id: pid_t
  private var ending: Ending?

  /// Starts a program.
  ///
  /// - Throws: `HostError` of code `configuration`: no other job could start it either.
  init(_ arguments: [String], environment: [String: String], streams: Streams) throws(HostError) {
    let variables = environment.map { "\($0.key)=\($0.value)" }.sorted()
    guard let program = arguments.first, !program.isEmpty,
      !(arguments + variables).contains(where: { $0.utf8.contains(0) })
    else {
      throw HostError(
        .configuration,
        "cannot start a program without a name or with a NUL character"
      )
    }
    var number: Int32 = 0
    var child: pid_t = 0
    // SAFETY: attributes and actions are initialised before and destroyed after their use, and the C
    // strings outlive the call that reads them.
    unsafe Self.withPointers(arguments) { arguments in
      unsafe Self.withPointers(variables) { variables in
        var actions = unsafe posix_spawn_file_actions_t()
        unsafe posix_spawn_file_actions_init(&actions)
        defer { unsafe posix_spawn_file_actions_destroy(&actions) }
        let written = O_WRONLY | O_CREAT
        let (input, output, log) = (streams.input, streams.output, streams.log)
        unsafe posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        unsafe posix_spawn_file_actions_addopen(&actions, 1, output, written | O_TRUNC, 0o600)
        unsafe posix_spawn_file_actions_addopen(&actions, 2, log, written | O_APPEND, 0o600)
        unsafe posix_spawn_file_actions_adddup2(&actions, streams.lock, 3)
        // Swift does not see `posix_spawn_file_actions_addclosefrom_np`.
        for descriptor in Self.descriptors where descriptor > 3 {
          unsafe posix_spawn_file_actions_addclose(&actions, descriptor)
        }
        var attributes = posix_spawnattr_t()
        unsafe posix_spawnattr_init(&attributes)
        defer { unsafe posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        unsafe sigemptyset(&signals)
        unsafe posix_spawnattr_setsigmask(&attributes, &signals)
        unsafe sigfillset(&signals)
        unsafe posix_spawnattr_setsigdefault(&attributes, &signals)
        unsafe posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF
        unsafe posix_spawnattr_setflags(&attributes, Int16(flags))
        number = unsafe posix_spawnp(&child, program, &actions, &attributes, arguments, variables)
      }
    }
    guard number == 0 else {
      let cause = unsafe String(cString: strerror(number))
      throw HostError(.configuration, "cannot start '\(program)': \(cause)")
    }
    id = child
  }

  // Whoever throws between start and end leaves neither a running program nor a zombie.
  deinit {
    guard ending == nil else { return }
    kill(-id, SIGKILL)
    var status: Int32 = 0
    while unsafe waitpid(id, &status, 0) < 0, errno == EINTR {}
  }

  /// How the program ended; `nil` while it runs.
  mutating func poll(sweeping: Bool = false) -> Ending? {
    if let ending { return ending }
    // Looked at before it is collected: until then no other process can get its id.
    var information = unsafe siginfo_t()
    let looked = unsafe waitid(P_PID, id_t(id), &information, WEXITED | WNOHANG | WNOWAIT)
    guard looked == 0, unsafe information.si_signo == SIGCHLD else { return nil }
    if sweeping { kill(-id, SIGKILL) }
    var status: Int32 = 0
    guard unsafe waitpid(id, &status, 0) == id else { return nil }
    let signal = status & 0x7F
    let result: Ending = signal == 0 ? .exit((status >> 8) & 0xFF) : .signal(signal)
    ending = result
    return result
  }

  /// Asks the whole process group to end, and kills it after a grace period.
  mutating func end(grace: Duration) async {
    guard ending == nil else { return }
    kill(-id, SIGTERM)
    let clock = ContinuousClock()
    let deadline = clock.now + grace
    while poll(sweeping: true) == nil {
      if clock.now >= deadline { kill(-id, SIGKILL) }
      // A task of its own sleeps also when this one is cancelled.
      await Task { try? await Task.sleep(for: .milliseconds(20)) }.value
    }
  }

  /// The descriptors that this process has open, as far as they can be listed.
  private static var descriptors: [Int32] {
    let names = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    return names?.compactMap { Int32($0) } ?? []
  }

  /// Gives the texts as a list of C strings that ends with a null pointer.
  private static func withPointers(
    _ texts: [String],
    _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Void
  ) {
    var bytes: [CChar] = []
    var starts: [Int] = []
    for text in texts {
      starts.append(bytes.count)
      bytes += text.utf8.map(CChar.init(bitPattern:)) + [0]
    }
    // SAFETY: the pointers lead into `bytes`, which is neither moved nor freed within the closure.
    unsafe bytes.withUnsafeMutableBufferPointer { buffer in
      var pointers = unsafe starts.map { start in
        unsafe buffer.baseAddress.map { unsafe $0 + start }
      }
      unsafe pointers.append(nil)
      unsafe pointers.withUnsafeBufferPointer { list in
        if let first = list.baseAddress { unsafe body(first) }
      }
    }
  }
}
