import Kernels

/// A function of the parameters θ on fixed inputs, as data: a list of operations, the last of which
/// gives the logits.
///
/// One graph is built for a batch of examples and evaluated as often as needed, in plain or in dual
/// numbers.
package struct Graph: Sendable {
  /// A place in the list.
  package struct Node: Sendable, Hashable { let index: Int }

  /// What one node computes from earlier ones.
  enum Operation: Sendable {
    /// Numbers that do not depend on θ.
    case constant(DoubleMatrix)
    /// `[x, 1]·W`, or `x·W` without bias, with W a block of θ.
    case affine(Node, Layer)
    /// `x·C` with a fixed C.
    case product(Node, DoubleMatrix)
    /// Element by element.
    case sum(Node, Node)
    /// Element by element.
    case activation(Node, Activation)
    /// Element i of the result is element `sources[i]` of x, or 0 where that is negative.
    case arrangement(Node, rows: Int, columns: Int, sources: [Int32])
    /// Each row over its root mean square, times a fixed gain a column.
    case normalisation(Node, gain: [Double])
    /// Attention of query rows over rows of keys and values.
    case attention(query: Node, keyValue: Node, Attention)

    /// The nodes it computes from.
    var inputs: [Node] {
      switch self {
      case .constant: []
      case .affine(let node, _), .product(let node, _), .activation(let node, _),
        .arrangement(let node, _, _, _), .normalisation(let node, _):
        [node]
      case .sum(let left, let right): [left, right]
      case .attention(let query, let keyValue, _): [query, keyValue]
      }
    }
  }

  /// All operations, in an order in which each uses earlier ones.
  private(set) var operations: [Operation] = []
  /// Whether each node's value depends on θ.
  private var dependent: [Bool] = []

  package init() {}

  /// Adds an operation.
  mutating func append(_ operation: Operation) -> Node {
    let isLayer = if case .affine = operation { true } else { false }
    dependent.append(isLayer || operation.inputs.contains(where: dependsOnParameters))
    operations.append(operation)
    return Node(index: operations.count - 1)
  }

  /// Whether gradients need to run back into a node.
  func dependsOnParameters(_ node: Node) -> Bool { dependent[node.index] }
}

/// One linear layer: which part of θ holds its weights.
///
/// They lie row after row as (inputs, then 1 for the bias) × outputs, so that an example's gradient
/// is the sum of a·δᵀ over the layer's rows, a with its trailing 1.
package struct Layer: Sendable, Hashable {
  /// Its name in reports.
  package let name: String
  /// Place of its first weight in θ.
  package let offset: Int
  /// Width of its input, without the bias.
  package let inputs: Int
  /// Width of its output.
  package let outputs: Int
  /// Whether it adds a bias.
  package let hasBias: Bool

  package init(name: String, offset: Int, inputs: Int, outputs: Int, hasBias: Bool = true) {
    self.name = name
    self.offset = offset
    self.inputs = inputs
    self.outputs = outputs
    self.hasBias = hasBias
  }

  /// Rows of its weights: inputs, and one for the bias.
  package var rows: Int { inputs + (hasBias ? 1 : 0) }

  /// Its part of θ.
  package var range: Range<Int> { offset..<offset + rows * outputs }
}

/// A nonlinearity, element by element.
package enum Activation: String, Sendable, Hashable, CaseIterable {
  case tanh
  case relu
  /// Tanh form: x·sigmoid(√(8/π)·(x + 0.044715 x³)).
  case gelu

  /// Its value.
  func value<T: Scalar>(_ x: T) -> T {
    switch self {
    case .tanh: T.hyperbolicTangent(x)
    case .relu: x.primal > 0 ? x : T(0)
    case .gelu: x * gate(x)
    }
  }

  /// Its derivative; 0 for ReLU at 0.
  func slope<T: Scalar>(_ x: T) -> T {
    switch self {
    case .tanh:
      let y = T.hyperbolicTangent(x)
      return T(1) - y * y
    case .relu: return T(x.primal > 0 ? 1 : 0)
    case .gelu:
      let s = gate(x)
      let inner = x * x * T(0.2140644488) + T(1.5957691216)
      return s + x * s * (T(1) - s) * inner
    }
  }

  private func gate<T: Scalar>(_ x: T) -> T {
    let u = x * (x * x * T(0.0713548163) + T(1.5957691216))
    return T(1) / (T(1) + T.exponential(T(0) - u))
  }
}
