import Foundation
import Synchronization

/// The sockets of a `LoopbackServer` and what was read from them.
final class Connections: Sendable {
  private struct State {
    var isStopped = false
    var open: Set<Int32> = []
    var accepted = 0
    var requests: [LoopbackServer.Request] = []
  }

  private let listener: Int32
  private let answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer
  private let state = Mutex(State())

  init(
    listener: Int32,
    answer: @escaping @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer
  ) {
    self.listener = listener
    self.answer = answer
  }

  var requests: [LoopbackServer.Request] { state.withLock { $0.requests } }
  var accepted: Int { state.withLock { $0.accepted } }
  var openCount: Int { state.withLock { $0.open.count } }

  /// Ends all; the threads see their sockets end and close them.
  func stop() {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      _ = shutdown(listener, Int32(SHUT_RDWR))
      for socket in state.open { _ = shutdown(socket, Int32(SHUT_RDWR)) }
    }
  }

  /// Accepts connections until stopped.
  func accept() {
    while true {
      let socket = Glibc.accept(listener, nil, nil)
      guard socket >= 0 else {
        if errno == EINTR || errno == ECONNABORTED { continue }
        break
      }
      let number = state.withLock { state -> Int? in
        guard !state.isStopped else { return nil }
        state.open.insert(socket)
        state.accepted += 1
        return state.accepted - 1
      }
      guard let number else {
        close(socket)
        break
      }
      var on: Int32 = 1
      _ = unsafe setsockopt(
        socket,
        Int32(IPPROTO_TCP),
        TCP_NODELAY,
        &on,
        socklen_t(MemoryLayout<Int32>.size)
      )
      Thread.detachNewThread {
        self.serve(socket, number: number)
        _ = self.state.withLock { $0.open.remove(socket) }
        close(socket)
      }
    }
    close(listener)
  }

  private func serve(_ socket: Int32, number: Int) {
    var reader = RequestReader(socket: socket)
    while let head = reader.head() {
      if head["expect"] == "100-continue" {
        guard send("HTTP/1.1 100 Continue\r\n\r\n", to: socket) else { return }
      }
      guard let body = reader.body(of: head) else { return }
      let request = state.withLock { state in
        let request = LoopbackServer.Request(
          method: head.method,
          target: head.target,
          fields: head.fields,
          body: body,
          connection: number,
          index: state.requests.count
        )
        state.requests.append(request)
        return request
      }
      guard perform(answer(request), on: socket) else { return }
      if head["connection"]?.lowercased() == "close" { return }
    }
  }

  /// Carries out an answer; false when the connection is to end.
  private func perform(_ answer: LoopbackServer.Answer, on socket: Int32) -> Bool {
    switch answer {
    case .reply(let status, let fields, let body):
      var bytes = head(status, fields, ["Content-Length": "\(body.count)"])
      bytes += body
      return send(bytes, to: socket)
    case .chunked(let status, let fields, let body, let size):
      guard send(head(status, fields, ["Transfer-Encoding": "chunked"]), to: socket) else {
        return false
      }
      for start in stride(from: 0, to: body.count, by: max(1, size)) {
        let chunk = body[start..<min(body.count, start + max(1, size))]
        let bytes = Array("\(String(chunk.count, radix: 16))\r\n".utf8) + chunk + Array("\r\n".utf8)
        guard send(bytes, to: socket) else { return false }
      }
      return send("0\r\n\r\n", to: socket)
    case .truncated(let status, let body, let sent):
      _ = send(
        head(status, [:], ["Content-Length": "\(body.count)"]) + body.prefix(sent),
        to: socket
      )
      return false
    case .raw(let bytes):
      _ = send(bytes, to: socket)
      return false
    case .endless:
      guard send(head(200, [:], [:]), to: socket) else { return false }
      let block = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 16)
      while send(block, to: socket) {}
      return false
    case .stalled:
      _ = send(head(200, [:], ["Content-Length": "1000"]) + [UInt8(ascii: "{")], to: socket)
      waitForEnd(of: socket)
      return false
    case .silence:
      waitForEnd(of: socket)
      return false
    case .drop: return false
    case .delayed(let duration, let answer):
      Thread.sleep(forTimeInterval: duration / .seconds(1))
      return perform(answer, on: socket)
    }
  }

  private func head(
    _ status: Int,
    _ fields: [String: String],
    _ framing: [String: String]
  ) -> [UInt8] {
    var text = "HTTP/1.1 \(status) Scripted\r\n"
    for (name, value) in framing.merging(fields, uniquingKeysWith: { $1 }).sorted(by: <) {
      text += "\(name): \(value)\r\n"
    }
    return Array((text + "\r\n").utf8)
  }

  private func send(_ text: String, to socket: Int32) -> Bool { send(Array(text.utf8), to: socket) }

  private func send(_ bytes: [UInt8], to socket: Int32) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          socket,
          UnsafeRawBufferPointer(rebasing: buffer[sent...]).baseAddress,
          bytes.count - sent,
          Int32(MSG_NOSIGNAL)
        )
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  private func waitForEnd(of socket: Int32) {
    var byte: UInt8 = 0
    while unsafe recv(socket, &byte, 1, 0) > 0 {}
  }
}
