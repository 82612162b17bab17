package import Experiment
package import Foundation

/// A JSON Schema, as far as the program's own needs it.
///
/// It knows `$ref` into `$defs`, `type`, `const`, `enum`, `properties`, `required`,
/// `additionalProperties`, `items`, `minItems`, `maxItems`, `anyOf` and `oneOf`, and refuses what it does not.
package struct JSONSchema: Sendable {
  private let document: JSONValue

  /// The schema that the documents publish.
  package static let published = JSONSchema(file: publishedFile)

  /// Where it lies.
  package static let publishedFile = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../Sources/daunce/Daunce.docc/Resources/daunce.schema.json")
    .standardizedFileURL

  /// Takes a schema.
  package init(_ document: JSONValue) { self.document = document }

  private init(file: URL) {
    let bytes = (try? Data(contentsOf: file)).map(Array.init) ?? []
    document = (try? JSON5Reader.read(bytes)) ?? .null
  }

  /// Names of what it defines.
  package var definitions: [String] {
    document["$defs"]?.members.map(\.key) ?? []
  }

  /// What is wrong with a value.
  ///
  /// - Parameters:
  ///   - value: The value.
  ///   - name: What it should be, one of the `definitions`.
  /// - Returns: One sentence a fault, which begins with the place; none for a value that is right.
  package func faults(in value: JSONValue, as name: String) -> [String] {
    guard let schema = document["$defs"]?[name] else { return ["the schema defines no '\(name)'"] }
    return faults(value, schema, at: "$")
  }

  /// Properties that nothing describes, each with the name of what holds it.
  package var undescribed: [String] {
    document["$defs"]?.members.flatMap { undescribed($0.value, in: $0.key) } ?? ["no '$defs'"]
  }

  private func undescribed(_ schema: JSONValue, in name: String) -> [String] {
    switch schema {
    case .array(let parts): return parts.flatMap { undescribed($0, in: name) }
    case .object(let members):
      let properties = schema["properties"]?.members ?? []
      let silent = properties.filter { property in
        let own = property.value["description"]
        let target = property.value["$ref"]?.text.flatMap(resolved)?["description"]
        return (own ?? target)?.text?.isEmpty ?? true
      }
      return silent.map { "\(name).\($0.key)" }
        + members.flatMap { undescribed($0.value, in: name) }
    default: return []
    }
  }

  private func resolved(_ reference: String) -> JSONValue? {
    guard reference.hasPrefix("#/$defs/") else { return nil }
    return document["$defs"]?[String(reference.dropFirst("#/$defs/".count))]
  }

  private func faults(_ value: JSONValue, _ schema: JSONValue, at place: String) -> [String] {
    var found: [String] = []
    for rule in schema.members {
      switch rule.key {
      case "description": break
      case "$ref":
        guard let text = rule.value.text, let target = resolved(text) else {
          found.append("\(place): the schema refers to nothing")
          continue
        }
        found += faults(value, target, at: place)
      case "type":
        let kinds = rule.value.elements.isEmpty ? [rule.value] : rule.value.elements
        if !kinds.contains(where: { value.isOf($0.text ?? "") }) {
          found.append("\(place): not of type \(String(decoding: rule.value.bytes, as: UTF8.self))")
        }
      case "const": if value != rule.value { found.append("\(place): another constant") }
      case "enum":
        if !rule.value.elements.contains(value) { found.append("\(place): not in the list") }
      case "minItems", "maxItems":
        guard case .array(let items) = value, case .integer(let count) = rule.value else {
          continue
        }
        if rule.key == "minItems" ? items.count < count : items.count > count {
          found.append("\(place): \(items.count) items")
        }
      case "items":
        for (index, item) in value.elements.enumerated() {
          found += faults(item, rule.value, at: "\(place)[\(index)]")
        }
      case "required":
        guard case .object = value else { continue }
        found += rule.value.elements.compactMap(\.text).filter { value[$0] == nil }
          .map { "\(place): lacks '\($0)'" }
      case "properties":
        for member in value.members {
          guard let property = rule.value[member.key] else { continue }
          found += faults(member.value, property, at: "\(place).\(member.key)")
        }
      case "additionalProperties":
        for member in value.members where schema["properties"]?[member.key] == nil {
          if rule.value == .bool(false) {
            found.append("\(place): '\(member.key)' is not described")
          } else {
            found += faults(member.value, rule.value, at: "\(place).\(member.key)")
          }
        }
      case "anyOf", "oneOf":
        let all = rule.value.elements.map { faults(value, $0, at: place) }
        let fitting = all.count(where: \.isEmpty)
        if fitting == 0 || rule.key == "oneOf" && fitting > 1 {
          // The one that comes closest says most.
          found += all.min { $0.count < $1.count } ?? []
          found.append("\(place): fits \(fitting) of \(all.count)")
        }
      default: found.append("\(place): the schema has the unknown rule '\(rule.key)'")
      }
    }
    return found
  }
}

extension JSONValue {
  fileprivate var members: [Member] { if case .object(let members) = self { members } else { [] } }

  fileprivate var elements: [JSONValue] { if case .array(let all) = self { all } else { [] } }

  fileprivate var text: String? { if case .string(let text) = self { text } else { nil } }

  fileprivate subscript(key: String) -> JSONValue? {
    members.first { $0.key == key }?.value
  }

  fileprivate func isOf(_ kind: String) -> Bool {
    switch (kind, self) {
    case ("null", .null), ("boolean", .bool), ("string", .string), ("array", .array),
      ("object", .object), ("integer", .integer), ("integer", .unsigned), ("number", .integer),
      ("number", .unsigned):
      true
    case ("integer", .number(let value)): value == value.rounded()
    // One that is not finite is written as null.
    case ("number", .number(let value)): value.isFinite
    case ("null", .number(let value)): !value.isFinite
    default: false
    }
  }
}
