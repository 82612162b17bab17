/// One field of a form.
struct FormField: Sendable, Hashable {
  /// The field's name.
  let name: String
  /// The file's name, when it is one.
  let filename: String?
  /// What it holds.
  let content: [UInt8]
}

/// The body of a `multipart/form-data` request.
///
/// - SeeAlso: RFC 7578, "Returning Values from Forms: multipart/form-data".
enum Multipart {
  /// The fields in order; `nil` when the request is no such form or its body is torn.
  static func fields(of request: ServerRequest) -> [FormField]? {
    guard let type = request.headers["content-type"],
      type.lowercased().hasPrefix("multipart/form-data"),
      let boundary = parameter("boundary", in: type), !boundary.isEmpty, boundary.utf8.count <= 200
    else { return nil }
    let opening = Array("--\(boundary)".utf8)
    let delimiter = [0x0D, 0x0A] + opening
    let body = request.body
    guard var position = find(opening, in: body, from: 0).map({ $0 + opening.count }) else {
      return nil
    }
    var fields: [FormField] = []
    while true {
      if body[position...].starts(with: "--".utf8) { return fields }
      // Blanks may stand between a delimiter and the end of its line.
      guard let start = find([0x0D, 0x0A], in: body, from: position).map({ $0 + 2 }),
        let head = find([0x0D, 0x0A, 0x0D, 0x0A], in: body, from: start - 2),
        let end = find(delimiter, in: body, from: head + 2),
        let field = field(head: body[start..<max(start, head)], body[min(head + 4, end)..<end])
      else { return nil }
      fields.append(field)
      position = end + delimiter.count
    }
  }

  private static func field(head: ArraySlice<UInt8>, _ content: ArraySlice<UInt8>) -> FormField? {
    let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
    let name = "content-disposition:"
    guard let disposition = lines.first(where: { $0.lowercased().hasPrefix(name) }),
      let field = parameter("name", in: disposition)
    else { return nil }
    return FormField(
      name: field,
      filename: parameter("filename", in: disposition),
      content: Array(content)
    )
  }

  /// A parameter of a header's value, quoted or not.
  static func parameter(_ name: String, in header: some StringProtocol) -> String? {
    var rest = Substring(header)
    while let semicolon = rest.firstIndex(of: ";") {
      rest = rest[rest.index(after: semicolon)...].drop { $0 == " " || $0 == "\t" }
      guard let equals = rest.firstIndex(of: "=") else { return nil }
      let found = rest[..<equals].lowercased() == name
      rest = rest[rest.index(after: equals)...]
      var value = ""
      if rest.first == "\"" {
        rest = rest.dropFirst()
        while let character = rest.popFirst(), character != "\"" {
          // Browsers and clients escape a quotation mark this way or by %22.
          value.append(character == "\\" && rest.first == "\"" ? rest.removeFirst() : character)
        }
      } else {
        value = String(rest.prefix { $0 != ";" && $0 != " " })
      }
      if found { return value }
    }
    return nil
  }

  private static func find(_ pattern: [UInt8], in bytes: [UInt8], from start: Int) -> Int? {
    var position = start
    while position + pattern.count <= bytes.count {
      guard let next = bytes[position...(bytes.count - pattern.count)].firstIndex(of: pattern[0])
      else { return nil }
      if bytes[next..<next + pattern.count].elementsEqual(pattern) { return next }
      position = next + 1
    }
    return nil
  }
}
