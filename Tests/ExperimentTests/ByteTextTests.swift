import Testing

@testable import Experiment

/// Texts that Swift takes for one another: é in one scalar and in two, the Kelvin sign and K.
private let twins = [("caf\u{e9}", "cafe\u{301}"), ("\u{212A}", "K"), ("\u{37E}", ";")]

struct ByteTextTests {
  @Test(arguments: twins)
  func `keys are told apart by their bytes`(one: String, other: String) {
    #expect(one == other)
    #expect(ByteText(one) != ByteText(other))
    #expect(Set([one, other, one].map { ByteText($0) }).count == 2)
    #expect(!one.isSame(as: other) && one.isSame(as: one))
    #expect([one].contains(same: one) && ![one].contains(same: other))
    #expect(![one].areSame(as: [other]) && [one].areSame(as: [one]))
    #expect(!["a", one].areSame(as: [one]))
    #expect([one, other, one].distinct.count == 2)
    let part = ("a" + one).dropFirst()
    #expect(ByteText(part) == ByteText(one))
  }

  @Test func `keys are ordered by their bytes, ends first`() {
    let texts = ["b", "", "\u{e9}", "e\u{301}", "a", "ab"]
    #expect(texts.distinct.areSame(as: ["", "a", "ab", "b", "e\u{301}", "\u{e9}"]))
    #expect(texts.map { ByteText($0) }.sorted().map(\.text).areSame(as: texts.distinct))
  }

  @Test(arguments: twins)
  func `what hosts and files name is told apart by its bytes`(one: String, other: String) {
    func examples(_ text: String) -> [Example] {
      let prompt = Prompt.text("q")
      return [
        Example(id: text, prompt: prompt, completion: "c"),
        Example(id: "i", prompt: prompt, completion: text),
        Example(id: "i", prompt: prompt, completion: "c", tags: [text]),
        Example(id: "i", prompt: .text(text), completion: "c"),
        Example(id: "i", prompt: .chat([Message(role: text, content: "c")]), completion: "c"),
        Example(id: "i", prompt: .chat([Message(role: "r", content: text)]), completion: "c"),
      ]
    }
    for (left, right) in zip(examples(one), examples(other)) {
      #expect(left != right)
      #expect(left == left)
    }
    #expect(Set(examples(one) + examples(other)).count == 12)
    #expect(Set([ModelReference(one), ModelReference(other)]).count == 2)
    #expect(Set([one, other].map { Prompt.text($0) }).count == 2)
    let resources = [one, other].flatMap {
      [
        RemoteResource(.job, id: $0, job: "j", host: "h"),
        RemoteResource(.job, id: "i", job: $0, host: "h"),
        RemoteResource(.job, id: "i", job: "j", host: $0),
      ]
    }
    #expect(Set(resources).count == 6)
  }
}
