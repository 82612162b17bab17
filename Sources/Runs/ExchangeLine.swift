internal import Experiment
internal import FoundationEssentials
internal import Store

/// One exchange as a line of an exported recording: a JSON object with sorted keys.
///
/// Bodies are text, so that a difference can be read, and base64 where they are not UTF-8; either
/// way they replay to the same bytes.
struct ExchangeLine: Decodable {
  private let asked: Int
  private let body: String?
  private let bodyBase64: Data?
  private let fields: [Exchange.Field]
  private let key: String
  private let method: String
  private let request: String?
  private let requestBase64: Data?
  private let status: Int
  private let took: Int
  private let url: String

  /// Reads a line; `nil` when it is not an exchange.
  static func read(_ line: some DataProtocol) -> Exchange? {
    guard let line = try? JSONDecoder().decode(Self.self, from: Data(line)),
      let request = bytes(line.request, line.requestBase64),
      let body = bytes(line.body, line.bodyBase64)
    else { return nil }
    return Exchange(
      key: line.key,
      method: line.method,
      url: line.url,
      request: request,
      status: line.status,
      fields: line.fields,
      body: body,
      asked: line.asked,
      took: line.took
    )
  }

  /// Writes an exchange as a line with its end.
  static func write(_ exchange: Exchange) -> [UInt8] {
    var line: [UInt8] = []
    func append(_ text: String) { line.append(contentsOf: text.utf8) }
    func append(_ name: String, _ content: [UInt8]) {
      if let text = String(validating: content, as: UTF8.self) {
        append(",\"\(name)\":")
        JSONText.append(text, to: &line)
      } else {
        append(",\"\(name)Base64\":\"\(Data(content).base64EncodedString())\"")
      }
    }
    func append(_ name: String, _ text: String) {
      append(",\"\(name)\":")
      JSONText.append(text, to: &line)
    }
    append("{\"asked\":\(exchange.asked)")
    append("body", exchange.body)
    append(",\"fields\":")
    line += exchange.fieldsJSON
    append("key", exchange.key)
    append("method", exchange.method)
    append("request", exchange.request)
    append(",\"status\":\(exchange.status),\"took\":\(exchange.took)")
    append("url", exchange.url)
    append("}\n")
    return line
  }

  private static func bytes(_ text: String?, _ base64: Data?) -> [UInt8]? {
    switch (text, base64) {
    case (let text?, nil): Array(text.utf8)
    case (nil, let data?): Array(data)
    case (nil, nil), (_?, _?): nil
    }
  }
}
