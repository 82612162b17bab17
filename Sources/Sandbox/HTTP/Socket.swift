import Glibc

/// A TCP socket on the loopback interface; whoever holds it last closes it.
struct Socket: Sendable, Hashable {
  let descriptor: Int32

  /// What a wait for bytes gave.
  enum Received: Hashable {
    /// That many bytes are at the front of the buffer.
    case bytes(Int)
    /// The other side is done, or the connection broke.
    case closed
    /// Nothing came in time.
    case timedOut
  }

  /// Listens on 127.0.0.1 only; port 0 lets the system choose one.
  static func listening(on port: Int) throws(SandboxError) -> (socket: Socket, port: Int) {
    guard let number = UInt16(exactly: port) else {
      throw SandboxError(.port, "no such port: \(port)")
    }
    let socket = Socket(descriptor: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    guard socket.descriptor >= 0 else { throw failure("make a socket") }
    var isDone = false
    defer { if !isDone { socket.close() } }
    // A restarted server may take its old port at once.
    socket.set(SO_REUSEADDR, 1)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = number.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    // The three calls below read or fill `address`, whose size they are told.
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe bind(socket.descriptor, $0, length)
      }
    }
    guard bound == 0, Glibc.listen(socket.descriptor, 512) == 0 else {
      throw failure("listen on 127.0.0.1:\(port)")
    }
    let named = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(socket.descriptor, $0, &length)
      }
    }
    guard named == 0 else { throw failure("read the port of a socket") }
    isDone = true
    return (socket, Int(UInt16(bigEndian: address.sin_port)))
  }

  private static func failure(_ act: String) -> SandboxError {
    // strerror returns a text that lives as long as the thread makes no other such call.
    let words = unsafe String(cString: strerror(errno))
    return SandboxError(.port, "cannot \(act): \(words)")
  }

  /// Waits for a connection; `nil` once the socket is shut down.
  func accepted() -> Socket? {
    while true {
      let next = Glibc.accept(descriptor, nil, nil)
      if next >= 0 { return Socket(descriptor: next) }
      switch errno {
      case EINTR, ECONNABORTED: continue
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: usleep(20_000)
      default: return nil
      }
    }
  }

  /// Sends small replies at once and bounds how long one call may wait.
  func prepare(patience: Duration) {
    unsafe setOption(IPPROTO_TCP, TCP_NODELAY, Int32(1))
    let (seconds, attoseconds) = patience.components
    let limit = timeval(
      tv_sec: Int(seconds),
      tv_usec: Int(attoseconds / 1_000_000_000_000)
    )
    unsafe setOption(Int(SOL_SOCKET), SO_RCVTIMEO, limit)
    unsafe setOption(Int(SOL_SOCKET), SO_SNDTIMEO, limit)
  }

  private func set(_ name: Int32, _ value: Int32) {
    unsafe setOption(Int(SOL_SOCKET), name, value)
  }

  @unsafe private func setOption<Value: BitwiseCopyable>(
    _ level: Int,
    _ name: Int32,
    _ value: Value
  ) {
    var value = value
    // The kernel reads as many bytes as the value has; a refused option is not worth a connection.
    _ = unsafe setsockopt(
      descriptor,
      Int32(level),
      name,
      &value,
      socklen_t(MemoryLayout<Value>.size)
    )
  }

  /// Waits for bytes and puts them at the front of the buffer.
  func receive(into buffer: inout [UInt8]) -> Received {
    let count = buffer.count
    while true {
      // The kernel writes at most `count` bytes.
      let received = unsafe buffer.withUnsafeMutableBytes {
        unsafe recv(descriptor, $0.baseAddress, count, 0)
      }
      if received > 0 { return .bytes(received) }
      if received == 0 { return .closed }
      switch errno {
      case EINTR: continue
      case EAGAIN: return .timedOut
      default: return .closed
      }
    }
  }

  /// Sends all bytes; false when the other side is gone or takes none in time.
  func send(_ bytes: some Collection<UInt8>) -> Bool {
    let sent = bytes.withContiguousStorageIfAvailable { unsafe send(buffer: $0) }
    return sent ?? send(Array(bytes))
  }

  @unsafe private func send(buffer: UnsafeBufferPointer<UInt8>) -> Bool {
    var start = 0
    while start < buffer.count {
      let rest = unsafe UnsafeBufferPointer(rebasing: buffer[start...])
      let sent = unsafe Glibc.send(
        descriptor,
        rest.baseAddress,
        rest.count,
        Int32(MSG_NOSIGNAL)
      )
      if sent > 0 {
        start += sent
      } else if sent == 0 || errno != EINTR {
        return false
      }
    }
    return true
  }

  /// Whether the other side has gone, or sends something, within the time.
  func stirs(within time: Duration) -> Bool {
    var waiting = pollfd(descriptor: descriptor)
    let milliseconds = time / .milliseconds(1)
    return unsafe poll(&waiting, 1, Int32(min(milliseconds, 60_000))) != 0
  }

  /// Takes no more from the other side; a call waiting for bytes ends.
  func stopReceiving() { _ = Glibc.shutdown(descriptor, Int32(SHUT_RD)) }

  /// Tells the other side that nothing more will come.
  func stopSending() { _ = Glibc.shutdown(descriptor, Int32(SHUT_WR)) }

  /// Frees the descriptor, once.
  func close() { _ = Glibc.close(descriptor) }
}

extension pollfd {
  fileprivate init(descriptor: Int32) {
    self.init(fd: descriptor, events: Int16(POLLIN) | 0x2000, revents: 0)
  }
}
