import Hosts

/// Ids of a text: one a byte, behind a bos token 1; "th" is one token 500.
func byteIDs(_ body: JSON) -> [Int] {
  let text = body["prompt"]?.string ?? body["content"]?.string ?? ""
  let special = body["add_special_tokens"]?.bool ?? body["add_special"]?.bool ?? true
  var ids = special ? [1] : []
  var bytes = Array(text.utf8)[...]
  while let byte = bytes.popFirst() {
    if byte == UInt8(ascii: "t"), bytes.first == UInt8(ascii: "h") {
      bytes.removeFirst()
      ids.append(500)
    } else {
      ids.append(Int(byte))
    }
  }
  return ids
}

/// Ids of a chat: 10 + role begins a turn, 2 and a line break end it.
func chatIDs(_ body: JSON) -> [Int] {
  var all: [Int] = []
  for message in body["messages"]?.array ?? [] {
    all.append(message["role"] == "user" ? 11 : 12)
    all += (message["content"]?.string ?? "").utf8.map(Int.init) + [2, 10]
  }
  return body["add_generation_prompt"] == true ? all + [12] : all
}

/// What a server with such a tokeniser answers.
func tokenise(_ body: JSON) -> String {
  let all = body["messages"] == nil ? byteIDs(body) : chatIDs(body)
  return #"{"count":\#(all.count),"tokens":\#(all)}"#
}
