import Foundation

/// Reads requests off one connection, one after the other.
struct RequestReader {
  /// Request line and fields.
  struct Head {
    let method: String
    let target: String
    let fields: [(name: String, value: String)]

    subscript(name: String) -> String? { fields.first { $0.name == name }?.value }
  }

  private let socket: Int32
  private var buffer: [UInt8] = []

  init(socket: Int32) { self.socket = socket }

  /// The next request's head; `nil` at the end of the connection or when it is no HTTP.
  mutating func head() -> Head? {
    guard let request = line(), !request.isEmpty else { return nil }
    let words = request.split(separator: " ")
    guard words.count == 3 else { return nil }
    var fields: [(name: String, value: String)] = []
    while let field = line(), !field.isEmpty {
      guard let colon = field.firstIndex(of: ":") else { return nil }
      let value = field[field.index(after: colon)...].drop(while: \.isWhitespace)
      fields.append((field[..<colon].lowercased(), String(value)))
    }
    return Head(method: String(words[0]), target: String(words[1]), fields: fields)
  }

  /// The body that belongs to a head; `nil` when the connection ends within it.
  mutating func body(of head: Head) -> [UInt8]? {
    guard head["transfer-encoding"]?.lowercased() == "chunked" else {
      return take(head["content-length"].flatMap { Int($0) } ?? 0)
    }
    var body: [UInt8] = []
    while let size = line().flatMap({ Int($0.prefix { $0 != ";" }, radix: 16) }) {
      guard let chunk = take(size), line() != nil else { return nil }
      if size == 0 { return body }
      body += chunk
    }
    return nil
  }

  private mutating func line() -> String? {
    var searched = 0
    while true {
      if let end = buffer[searched...].firstIndex(of: 0x0A) {
        let line = buffer[..<end].last == 0x0D ? buffer[..<(end - 1)] : buffer[..<end]
        let text = String(decoding: line, as: UTF8.self)
        buffer.removeSubrange(...end)
        return text
      }
      searched = buffer.count
      guard searched < 1 << 20, fill() else { return nil }
    }
  }

  private mutating func take(_ count: Int) -> [UInt8]? {
    while buffer.count < count { guard fill() else { return nil } }
    let taken = Array(buffer[..<count])
    buffer.removeSubrange(..<count)
    return taken
  }

  private mutating func fill() -> Bool {
    var block = [UInt8](repeating: 0, count: 1 << 16)
    let count = unsafe block.withUnsafeMutableBytes { bytes in
      unsafe recv(socket, bytes.baseAddress, bytes.count, 0)
    }
    guard count > 0 else { return false }
    buffer += block[..<count]
    return true
  }
}
