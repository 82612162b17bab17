package import Experiment

/// How a model of a run becomes one that requests can name: loaded, deployed or simply there.
package protocol Serving: Sendable {
  /// Models that may be served at once.
  var modelsAtOnce: Int { get }

  /// Makes a model askable; equal calls give equal answers and take nothing twice.
  func open(_ model: ModelReference?) async throws -> ServedModel

  /// Gives back what `open` took; goes on in a cancelled task.
  func close(_ model: ModelReference?) async
}

/// A model as requests name it.
package struct ServedModel: Sendable, Hashable {
  /// Value of the request's `model`.
  package let name: String
  /// Further members of every request's body, such as llama.cpp's `lora`.
  package let members: [String: JSON]

  package init(name: String, members: [String: JSON] = [:]) {
    self.name = name
    self.members = members
  }
}

/// Models that a host serves by their names as they are.
package struct DirectServing: Serving {
  private let base: String?

  /// Takes the base model's name; `nil` when there is no base to ask.
  package init(base: String?) { self.base = base }

  package var modelsAtOnce: Int { 1 }

  package func open(_ model: ModelReference?) throws(HostError) -> ServedModel {
    guard let name = model?.name ?? base else {
      throw HostError(.refused, "cannot ask the base model: target.base does not name it")
    }
    return ServedModel(name: name)
  }

  package func close(_ model: ModelReference?) async {}
}

extension ServingKind {
  /// Models are asked by their names as they are.
  package static let direct = ServingKind("direct") { DirectServing(base: $0.base) }
}
