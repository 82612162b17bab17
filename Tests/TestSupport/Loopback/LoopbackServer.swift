import Foundation
import Synchronization

/// An HTTP/1.1 server on a free port of 127.0.0.1 that answers as a closure tells it, faults included.
///
/// Every connection has its own thread, so the closure may block; it is called in parallel. The
/// server ends when its last reference goes.
package final class LoopbackServer: Sendable {
  /// A request as it was read.
  package struct Request: Sendable {
    /// `GET`, `POST`, ….
    package let method: String
    /// Path with query, as sent.
    package let target: String
    /// Header fields in order, names in lower case.
    package let fields: [(name: String, value: String)]
    /// The body, chunks joined.
    package let body: [UInt8]
    /// Which connection it came on, counted from 0.
    package let connection: Int
    /// Which request of the server it is, counted from 0.
    package let index: Int

    /// The path without the query.
    package var path: String { String(target.prefix { $0 != "?" }) }
    /// The body as text.
    package var text: String { String(decoding: body, as: UTF8.self) }

    /// The first field of that name.
    package subscript(name: String) -> String? {
      fields.first { $0.name == name.lowercased() }?.value
    }
  }

  /// What to do about a request.
  package indirect enum Answer: Sendable {
    /// A whole reply; `Content-Length` is added.
    case reply(Int, [String: String], [UInt8])
    /// A whole reply in chunks of the given size.
    case chunked(Int, [String: String], [UInt8], size: Int)
    /// A reply whose body ends, with the connection, after `sent` bytes of those promised.
    case truncated(Int, [UInt8], sent: Int)
    /// Bytes as they are, then the end of the connection.
    case raw([UInt8])
    /// The head of a reply and a body without an end.
    case endless
    /// The head and the first byte of a reply, then nothing.
    case stalled
    /// No answer at all; the connection stays open.
    case silence
    /// The end of the connection.
    case drop
    /// Another answer after a while.
    case delayed(Duration, Answer)

    /// A JSON reply.
    package static func json(_ text: String, status: Int = 200) -> Answer {
      .reply(status, ["Content-Type": "application/json"], Array(text.utf8))
    }
  }

  private let state: Connections

  /// Port it listens on.
  package let port: Int

  /// `http://127.0.0.1:<port>`.
  package var url: String { "http://127.0.0.1:\(port)" }

  /// Requests read so far, in the order in which they were read.
  package var requests: [Request] { state.requests }

  /// Connections accepted so far.
  package var connections: Int { state.accepted }

  /// Connections that are open now.
  package var openConnections: Int { state.openCount }

  /// Starts a server.
  ///
  /// - Parameter answer: Says what to do about each request; called on many threads.
  /// - Throws: `ScriptedFailure` when no port can be had.
  package init(_ answer: @escaping @Sendable (Request) -> Answer) throws {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var length = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = unsafe withUnsafeMutablePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
        unsafe bind(listener, generic, length) == 0 && listen(listener, 512) == 0
          && getsockname(listener, generic, &length) == 0
      }
    }
    guard listener >= 0, bound else { throw ScriptedFailure("no loopback port: errno \(errno)") }
    port = Int(UInt16(bigEndian: address.sin_port))
    let state = Connections(listener: listener, answer: answer)
    self.state = state
    Thread.detachNewThread { state.accept() }
  }

  deinit { state.stop() }

  /// Closes the port and all connections; later requests are refused.
  package func stop() { state.stop() }
}
