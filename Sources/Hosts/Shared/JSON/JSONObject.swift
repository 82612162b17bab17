import Experiment

/// The members of a JSON object in the order they were read.
///
/// Names are told apart by their bytes: "é" as one character and as two are two tokens of a model,
/// which Swift's `String` takes for one. Names that occur twice are both kept; the last one counts.
package struct JSONObject: Sendable {
  package typealias Member = (key: String, value: JSON)

  private var members: [Member]

  package init(_ members: [Member] = []) { self.members = members }

  /// The value of the last member of that name; `nil` removes all of them, or is there when none is.
  package subscript(name: String) -> JSON? {
    get { members.last { $0.key.isSame(as: name) }?.value }
    set {
      let place = members.lastIndex { $0.key.isSame(as: name) }
      if let newValue, let place {
        members[place].value = newValue
      } else if let newValue {
        members.append((name, newValue))
      } else if place != nil {
        members.removeAll { $0.key.isSame(as: name) }
      }
    }
  }

  package var keys: [String] { members.map(\.key) }

  /// The same members with other values.
  package func mapValues(_ transform: (Member) -> JSON) -> JSONObject {
    JSONObject(members.map { ($0.key, transform($0)) })
  }

  /// The members in the order of their names' bytes.
  var membersByName: [Member] {
    members.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
  }

  mutating func append(_ name: String, _ value: JSON) { members.append((name, value)) }
}

extension JSONObject: Sequence, ExpressibleByDictionaryLiteral {
  package init(dictionaryLiteral elements: (String, JSON)...) {
    self.init(elements.map { (key: $0.0, value: $0.1) })
  }

  package func makeIterator() -> IndexingIterator<[Member]> { members.makeIterator() }
}

extension JSONObject: Hashable {
  /// Whether both have the same members, in whatever order.
  package static func == (left: JSONObject, right: JSONObject) -> Bool {
    left.members.count == right.members.count
      && zip(left.membersByName, right.membersByName).allSatisfy {
        $0.key.isSame(as: $1.key) && $0.value == $1.value
      }
  }

  package func hash(into hasher: inout Hasher) {
    for member in membersByName {
      hasher.combine(member.key)
      hasher.combine(member.value)
    }
  }
}
