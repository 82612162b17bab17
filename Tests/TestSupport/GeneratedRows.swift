/// Rows of training files as users have them: keys, roles, parts, escapes and numbers that hosts know
/// or do not, in any order and with any blanks.
public struct GeneratedRows: Sendable {
  /// The file: one row a line.
  public private(set) var file: [UInt8] = []
  /// Each row less `id` and `tags`, written without ever having held them.
  public private(set) var kept: [String] = []
  private var state: UInt64

  /// Makes rows.
  ///
  /// - Parameters:
  ///   - count: How many.
  ///   - seed: Equal seeds make equal rows.
  public init(_ count: Int, seed: UInt64) {
    state = seed
    for number in 0..<count { add(number) }
  }

  private mutating func pick(_ count: Int) -> Int {
    // SplitMix64 (Steele, Lea and Flood, OOPSLA 2014).
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((value ^ (value >> 31)) % UInt64(count))
  }

  private mutating func one(of choices: [String]) -> String { choices[pick(choices.count)] }

  private mutating func add(_ number: Int) {
    var members = pick(3) == 0 ? plain(number) : chat(number)
    for _ in 0..<pick(4) { members.append(hostsOwn(members.count)) }
    members.shuffle(by: { pick($0) })
    let separator = one(of: [",", ", ", " , ", ",\t"])
    let pad = one(of: ["", " ", "\t"])
    kept.append("{" + pad + members.joined(separator: separator) + pad + "}")
    let id = one(of: [#""id": "r\#(number)""#, #""\u0069d":"r\#(number)""#, #""id":null"#])
    let tags = one(of: [#""tags": ["a", "b"]"#, #""tags":[]"#, #""tags" : ["x,\"}"]"#])
    for own in [id, tags].prefix(pick(3)) {
      members.insert(own, at: pick(members.count + 1))
    }
    let ending = one(of: ["\n", "\r\n", " \n"])
    file += Array(("{" + pad + members.joined(separator: separator) + pad + "}" + ending).utf8)
  }

  private mutating func anyText() -> String {
    one(of: [
      #""plain""#, #""say \"hé\"""#, #""h\u00e9 \ud83d\ude00 \/""#, #""tab\t\\ line\n""#,
      "\"漢字 \u{2028}\u{0085} e\u{301}\"", #""}],{[""#, #"" id: {\"tags\": []} ""#,
    ])
  }

  private mutating func anyNumber() -> String {
    one(of: ["0", "-0", "1.50", "1e-7", "1E+5", "12345678901234567890", "0.1000"])
  }

  private mutating func anyValue() -> String {
    switch pick(5) {
    case 0: anyText()
    case 1: anyNumber()
    case 2: one(of: ["null", "true", "false", "[]", "{}"])
    case 3: #"{"a":[\#(anyNumber()), {"id": \#(anyText())}], "tags":\#(anyNumber())}"#
    default: "[ \(anyText()) ,\(anyNumber())]"
    }
  }

  private mutating func hostsOwn(_ number: Int) -> String {
    let key = one(of: ["source", "split", "ext-\(number)", "é", "e\u{301}", "messages_\(number)"])
    return "\"\(key)\(number)\": \(anyValue())"
  }

  private mutating func plain(_ number: Int) -> [String] {
    var members = [#""prompt":"p\#(number)""#, #""completion": " c\#(number)""#]
    if pick(3) == 0 { members.append(#""weight": \#(one(of: ["0", "0.5", "1"]))"#) }
    return members
  }

  private mutating func chat(_ number: Int) -> [String] {
    var turns: [String] = []
    if pick(2) == 0 { turns.append(#"{"role":"system","content":\#(anyText())}"#) }
    for _ in 0...pick(3) {
      turns.append(
        one(of: [
          #"{"role": "user", "content": \#(anyText())}"#,
          #"{"content":\#(anyText()),"role":"user","name":"ann"}"#,
          #"{"role":"user","content":[{"type":"text","text":\#(anyText())}]}"#,
          #"{"role":"user","content":[{"type":"image_url","image_url":{"url":"data:,x"}}]}"#,
          #"{"role":"tool","tool_call_id":"c1","content":\#(anyText())}"#,
          #"{"role":"assistant","content":\#(anyText()),"weight":0}"#,
          #"{"role":"assistant","content":\#(anyText()), "weight": 1, "x-own": \#(anyValue())}"#,
          #"{"role":"assistant","content":null,"tool_calls":[{"id":"c1","type":"function","#
            + #""function":{"name":"f","arguments":"{\"n\": \#(anyNumber())}"}}]}"#,
        ])
      )
    }
    turns.append(
      one(of: [
        #"{"role":"assistant","content":"a\#(number)"}"#,
        #"{"role":"assistant","content":"a\#(number)","weight":1}"#,
        #"{"role":"assistant","tool_calls":[{"id":"c\#(number)","type":"function","#
          + #""function":{"name":"f","arguments":"{}"}}]}"#,
      ])
    )
    var members = [#""messages":[\#(turns.joined(separator: one(of: [",", " , "])))]"#]
    if pick(3) == 0 {
      members.append(
        #""tools": [{"type":"function","function":{"name":"f","parameters":\#(anyValue())}}]"#
      )
    }
    if pick(4) == 0 { members.append(#""system": \#(anyText())"#) }
    if pick(4) == 0 { members.append(#""parallel_tool_calls":false"#) }
    return members
  }
}

extension Array {
  /// Puts the elements into a random order (Fisher and Yates).
  fileprivate mutating func shuffle(by pick: (Int) -> Int) {
    for last in indices.dropFirst().reversed() { swapAt(last, pick(last + 1)) }
  }
}
