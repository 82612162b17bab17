import Testing

@testable import Hosts

@Suite struct `a JSON object` {
  private let composed = "m\u{1ED9}t"
  private let apart = "mo\u{323}\u{302}t"
  private let swapped = "mo\u{302}\u{323}t"

  @Test func `tells names apart by their bytes`() throws {
    let text = #"{"\#(composed)":1,"\#(apart)":2,"\#(swapped)":3}"#
    let object = try #require(JSONReader.read(Array(text.utf8)))
    #expect(object[composed] == 1 && object[apart] == 2 && object[swapped] == 3)
    #expect(object.object?.keys.count == 3)
    let back = try #require(JSONReader.read(object.bytes))
    #expect(back == object && back[apart] == 2)
  }

  @Test func `is equal to another by bytes, in whatever order`() {
    #expect(JSON.string(composed) != .string(apart))
    #expect([composed: 1] as JSON != [apart: 1])
    #expect(["a": 1, "b": [2]] as JSON == ["b": [2], "a": 1])
    #expect(["a": 1] as JSON != ["a": 1, "b": 2])
    #expect(Set([["a": 1, "b": 2] as JSON, ["b": 2, "a": 1]]).count == 1)
  }

  @Test func `keeps what is said twice, and counts the last`() throws {
    let object = try #require(JSONReader.read(Array(#"{"a":1,"b":2,"a":3}"#.utf8))?.object)
    #expect(object["a"] == 3 && object.map(\.key) == ["a", "b", "a"])
    var changed = object
    changed["a"] = nil
    changed["c"] = 4
    changed["b"] = 5
    #expect(changed == ["b": 5, "c": 4])
  }
}
