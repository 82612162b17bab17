import Foundation
import Glibc
import Testing

@testable import Sandbox

/// A JSON value that was received.
struct Received {
  let value: Any?
  subscript(name: String) -> Received { Received(value: (value as? [String: Any])?[name]) }
  subscript(index: Int) -> Received {
    let list = value as? [Any] ?? []
    return Received(value: list.indices.contains(index) ? list[index] : nil)
  }
  var string: String? { value as? String }
  var int: Int? { (value as? NSNumber)?.intValue }
  var double: Double? { (value as? NSNumber)?.doubleValue }
  var bool: Bool? { (value as? NSNumber)?.boolValue }
  var list: [Received]? { (value as? [Any])?.map { Received(value: $0) } }
  var isNull: Bool { value is NSNull }
}

/// A reply as it came over the wire.
struct Reply {
  let status: Int
  let headers: [String: String]
  let body: [UInt8]

  var json: Received { Received(value: try? JSONSerialization.jsonObject(with: Data(body))) }
  var text: String { String(decoding: body, as: UTF8.self) }
}

/// One connection to a server on the loopback interface, written and read by hand.
final class Wire {
  /// The reply ended before it was whole, or never came.
  struct Cut: Error {}
  /// Nobody listens.
  struct Refused: Error {}

  private let socket: Socket
  private var buffer: [UInt8] = []

  init(port: Int) throws {
    let socket = Socket(descriptor: Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = UInt16(port).bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    // The call reads as many bytes as `address` has.
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe connect(socket.descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    self.socket = socket
    guard result == 0 else { throw Refused() }
    socket.prepare(patience: .seconds(20))
  }

  deinit { socket.close() }

  func send(_ text: String) { _ = socket.send(Array(text.utf8)) }
  func send(_ bytes: [UInt8]) { _ = socket.send(bytes) }

  private func more() throws {
    var piece = [UInt8](repeating: 0, count: 1 << 16)
    guard case .bytes(let count) = socket.receive(into: &piece) else { throw Cut() }
    buffer += piece[..<count]
  }

  /// Whether the other side ended the connection without another byte.
  func isEnded() -> Bool {
    var piece = [UInt8](repeating: 0, count: 16)
    return buffer.isEmpty && socket.receive(into: &piece) == .closed
  }

  /// Reads one reply; a reply to `HEAD` has no body whatever its length says.
  func reply(isHead: Bool = false) throws -> Reply {
    while buffer.firstRange(of: Array("\r\n\r\n".utf8)) == nil { try more() }
    let end = try #require(buffer.firstRange(of: Array("\r\n\r\n".utf8)))
    let lines = String(decoding: buffer[..<end.lowerBound], as: UTF8.self).split(separator: "\r\n")
    var headers: [String: String] = [:]
    for line in lines.dropFirst() {
      let colon = try #require(line.firstIndex(of: ":"))
      headers[line[..<colon].lowercased()] =
        line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
    }
    let status = try #require(Int(lines[0].split(separator: " ")[1]))
    let length = isHead || status == 100 ? 0 : try #require(Int(headers["content-length"] ?? ""))
    while buffer.count < end.upperBound + length { try more() }
    let body = Array(buffer[end.upperBound..<end.upperBound + length])
    buffer.removeFirst(end.upperBound + length)
    return Reply(status: status, headers: headers, body: body)
  }
}

/// A client that opens a connection for each request.
struct LoopbackClient: Sendable {
  let port: Int
  var key: String?

  func call(
    _ method: String,
    _ path: String,
    _ body: String = "",
    type: String = "application/json"
  ) throws -> Reply {
    let wire = try Wire(port: port)
    let authorization = key.map { "authorization: Bearer \($0)\r\n" } ?? ""
    wire.send(
      "\(method) \(path) HTTP/1.1\r\nhost: x\r\n\(authorization)content-type: \(type)\r\n"
        + "content-length: \(body.utf8.count)\r\nconnection: close\r\n\r\n\(body)"
    )
    return try wire.reply(isHead: method == "HEAD")
  }

  /// Uploads a training file and gives its id.
  func upload(_ content: String, name: String = "rows.jsonl") throws -> String {
    let form =
      "--cut\r\ncontent-disposition: form-data; name=\"purpose\"\r\n\r\nfine-tune\r\n"
      + "--cut\r\ncontent-disposition: form-data; name=\"file\"; filename=\"\(name)\"\r\n"
      + "content-type: application/octet-stream\r\n\r\n\(content)\r\n--cut--\r\n"
    let reply = try call("POST", "/v1/files", form, type: "multipart/form-data; boundary=cut")
    return try #require(reply.json["id"].string, "\(reply.text)")
  }

  /// Makes a job and gives its id.
  func job(_ file: String, _ more: String = "", model: String = "reference") throws -> String {
    let body = """
      {"model":"\(model)","training_file":"\(file)","seed":7,"hyperparameters":\
      {"n_epochs":2,"batch_size":4,"learning_rate_multiplier":1}\(more)}
      """
    let reply = try call("POST", "/v1/fine_tuning/jobs", body)
    return try #require(reply.json["id"].string, "\(reply.text)")
  }

  /// Waits until a job is over.
  func outcome(_ id: String) async throws -> Received {
    for _ in 0..<3000 {
      let job = try call("GET", "/v1/fine_tuning/jobs/\(id)").json
      if ["succeeded", "failed", "cancelled"].contains(job["status"].string) { return job }
      try await Task.sleep(for: .milliseconds(10))
    }
    throw Wire.Cut()
  }
}
