/// What completions and chats have in common; anything that would change numbers and is not done
/// here is refused, not ignored.
struct SamplingRequest: Decodable {
  /// One text or several.
  struct Stops: Decodable {
    let texts: [String]

    init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      if let text = try? container.decode(String.self) {
        texts = [text]
      } else {
        texts = try container.decode([String].self)
      }
    }
  }

  let model: String
  let temperature: Double?
  let seed: Int?
  let stop: Stops?
  let stream: Bool?
  let n: Int?
  let best_of: Int?
  let top_p: Double?
  let frequency_penalty: Double?
  let presence_penalty: Double?
  let logit_bias: [String: Double]?

  /// Refuses what the sandbox does not do.
  func check() throws(APIError) {
    func refuse(_ name: String, _ isWrong: Bool) throws(APIError) {
      guard isWrong else { return }
      throw .invalid(name, "the sandbox does not support '\(name)'", code: "unsupported_parameter")
    }
    try refuse("stream", stream == true)
    try refuse("n", (n ?? 1) != 1)
    try refuse("best_of", (best_of ?? 1) != 1)
    try refuse("top_p", (top_p ?? 1) != 1)
    try refuse("frequency_penalty", (frequency_penalty ?? 0) != 0)
    try refuse("presence_penalty", (presence_penalty ?? 0) != 0)
    try refuse("logit_bias", !(logit_bias ?? [:]).isEmpty)
    guard (0...2).contains(temperature ?? 1) else {
      throw .invalid("temperature", "'temperature' must be within 0...2")
    }
    let stops = stop?.texts ?? []
    guard stops.count <= 4, !stops.contains("") else {
      throw .invalid("stop", "'stop' takes up to 4 texts, none of them empty")
    }
  }
}
