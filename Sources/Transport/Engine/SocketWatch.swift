import CCurl
import Glibc

/// Waits for libcurl's sockets and timers, and tells libcurl of those that are ready, and no others.
///
/// `curl_multi_perform` would look at every transfer under way, each with a system call, whenever one
/// of them moves.
///
/// `@unchecked` because all but `wake` is for the engine's thread alone.
final class SocketWatch: @unchecked Sendable {
  /// What to wait for: the bell first, then one entry a socket.
  private var watched: [pollfd]
  /// What was ready after the latest wait: a socket and libcurl's bits for it.
  private var ready: [(socket: Int32, bits: Int32)] = []
  private var deadline: ContinuousClock.Instant?
  private let bell: Int32

  init() throws(TransportError) {
    bell = eventfd(0, Int32(EFD_CLOEXEC | EFD_NONBLOCK))
    guard bell >= 0 else {
      throw TransportError(.other(Int(errno)), "the network thread's bell cannot be made")
    }
    watched = [pollfd(fd: bell, events: Int16(POLLIN), revents: 0)]
  }

  deinit { close(bell) }

  /// Takes over a handle's sockets and timers; must live as long as the handle.
  func attach(to multi: UnsafeMutableRawPointer) {
    let context = Unmanaged.passUnretained(self).toOpaque()
    _ = ccurl_multi_set_pointer(multi, CURLMOPT_SOCKETDATA, context)
    _ = ccurl_multi_set_pointer(multi, CURLMOPT_TIMERDATA, context)
    _ = ccurl_multi_set_watcher(multi) { _, socket, what, context, _ in
      guard let context else { return 0 }
      Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().watch(socket, for: what)
      return 0
    }
    _ = ccurl_multi_set_timer(multi) { _, milliseconds, context in
      guard let context else { return 0 }
      Unmanaged<SocketWatch>.fromOpaque(context).takeUnretainedValue().deadline =
        milliseconds < 0 ? nil : .now + .milliseconds(milliseconds)
      return 0
    }
  }

  /// Ends the wait, from any thread.
  func wake() {
    var one: UInt64 = 1
    write(bell, &one, 8)
  }

  /// Waits until a socket is ready, a timer is due or the bell rings; not at all unless asked to.
  func wait(_ waits: Bool) {
    var limit: Int32 = 0
    if waits {
      limit = -1
      if let deadline {
        let left = (deadline - .now) / .milliseconds(1)
        limit = Int32(max(0, min(left.rounded(.up), 60_000)))
      }
    }
    ready.removeAll(keepingCapacity: true)
    guard poll(&watched, nfds_t(watched.count), limit) > 0 else { return }
    if watched[0].revents != 0 {
      var count: UInt64 = 0
      read(bell, &count, 8)
    }
    for entry in watched.dropFirst() where entry.revents != 0 {
      let events = Int32(entry.revents)
      var bits: Int32 = 0
      if events & (POLLIN | POLLHUP) != 0 { bits |= CURL_CSELECT_IN }
      if events & POLLOUT != 0 { bits |= CURL_CSELECT_OUT }
      if events & (POLLERR | POLLNVAL) != 0 { bits |= CURL_CSELECT_ERR }
      ready.append((entry.fd, bits))
    }
  }

  /// Lets libcurl go on with what was ready and what is due.
  func serve(_ multi: UnsafeMutableRawPointer) {
    var running: Int32 = 0
    // libcurl changes `watched` meanwhile, and may close a socket that is still in `ready`: it then
    // finds no transfer for it.
    for (socket, bits) in ready { curl_multi_socket_action(multi, socket, bits, &running) }
    if let due = deadline, due <= .now {
      deadline = nil
      curl_multi_socket_action(multi, CURL_SOCKET_TIMEOUT, 0, &running)
    }
  }

  private func watch(_ socket: Int32, for what: Int32) {
    let place = watched.indices.dropFirst().first { watched[$0].fd == socket }
    var events: Int32 = 0
    switch what {
    case CURL_POLL_IN: events = POLLIN
    case CURL_POLL_OUT: events = POLLOUT
    case CURL_POLL_INOUT: events = POLLIN | POLLOUT
    default:
      if let place {
        watched.swapAt(place, watched.count - 1)
        watched.removeLast()
      }
      return
    }
    let entry = pollfd(fd: socket, events: Int16(events), revents: 0)
    if let place { watched[place] = entry } else { watched.append(entry) }
  }
}
