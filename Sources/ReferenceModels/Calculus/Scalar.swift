import Glibc
package import Kernels

/// A number that a graph is evaluated in: plain, or with its derivative along one direction.
///
/// Each operation is written once for both, so that a Hessian-vector product is the gradient's own
/// code run on dual numbers (forward over reverse; Pearlmutter, "Fast Exact Multiplication by the
/// Hessian", 1994).
package protocol Scalar: Sendable {
  /// A constant.
  init(_ value: Double)
  /// The number without its derivative.
  var primal: Double { get }

  static func + (left: Self, right: Self) -> Self
  static func - (left: Self, right: Self) -> Self
  static func * (left: Self, right: Self) -> Self
  static func / (left: Self, right: Self) -> Self
  static func += (left: inout Self, right: Self)
  static func exponential(_ x: Self) -> Self
  static func logarithm(_ x: Self) -> Self
  static func hyperbolicTangent(_ x: Self) -> Self
  static func squareRoot(_ x: Self) -> Self

  /// A tensor of constants.
  static func constant(_ matrix: DoubleMatrix) -> Tensor<Self>

  /// The product of two tensors, either transposed on demand.
  static func product(
    _ a: Tensor<Self>,
    _ b: Tensor<Self>,
    transposingA: Bool,
    transposingB: Bool
  ) -> Tensor<Self>

  /// The product with a fixed matrix, transposed on demand.
  static func product(
    _ a: Tensor<Self>,
    _ b: DoubleMatrix,
    transposingB: Bool
  ) -> Tensor<Self>
}

extension Double: Scalar {
  /// Itself.
  package var primal: Double { self }

  package static func exponential(_ x: Double) -> Double { exp(x) }
  package static func logarithm(_ x: Double) -> Double { log(x) }
  package static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  package static func squareRoot(_ x: Double) -> Double { x.squareRoot() }

  package static func constant(_ matrix: DoubleMatrix) -> Tensor<Double> { Tensor(matrix) }

  package static func product(
    _ a: Tensor<Double>,
    _ b: Tensor<Double>,
    transposingA: Bool,
    transposingB: Bool
  ) -> Tensor<Double> {
    let result = Kernels.product(
      a.matrix,
      b.matrix,
      transposingA: transposingA,
      transposingB: transposingB
    )
    return Tensor(result)
  }

  package static func product(
    _ a: Tensor<Double>,
    _ b: DoubleMatrix,
    transposingB: Bool
  ) -> Tensor<Double> {
    Tensor(Kernels.product(a.matrix, b, transposingB: transposingB))
  }
}

/// A number and its derivative along one direction.
package struct Dual: Scalar {
  /// The number.
  package var primal: Double
  /// Its derivative.
  package var tangent: Double

  package init(_ primal: Double, tangent: Double) {
    self.primal = primal
    self.tangent = tangent
  }

  package init(_ value: Double) { self.init(value, tangent: 0) }

  package static func + (left: Dual, right: Dual) -> Dual {
    Dual(left.primal + right.primal, tangent: left.tangent + right.tangent)
  }

  package static func - (left: Dual, right: Dual) -> Dual {
    Dual(left.primal - right.primal, tangent: left.tangent - right.tangent)
  }

  package static func * (left: Dual, right: Dual) -> Dual {
    Dual(
      left.primal * right.primal,
      tangent: left.tangent * right.primal + left.primal * right.tangent
    )
  }

  package static func / (left: Dual, right: Dual) -> Dual {
    let quotient = left.primal / right.primal
    return Dual(quotient, tangent: (left.tangent - quotient * right.tangent) / right.primal)
  }

  package static func += (left: inout Dual, right: Dual) { left = left + right }

  package static func exponential(_ x: Dual) -> Dual {
    let value = exp(x.primal)
    return Dual(value, tangent: value * x.tangent)
  }

  package static func logarithm(_ x: Dual) -> Dual {
    Dual(log(x.primal), tangent: x.tangent / x.primal)
  }

  package static func hyperbolicTangent(_ x: Dual) -> Dual {
    let value = tanh(x.primal)
    return Dual(value, tangent: (1 - value * value) * x.tangent)
  }

  package static func squareRoot(_ x: Dual) -> Dual {
    let value = x.primal.squareRoot()
    return Dual(value, tangent: x.tangent / (2 * value))
  }

  package static func constant(_ matrix: DoubleMatrix) -> Tensor<Dual> {
    Tensor(rows: matrix.rows, columns: matrix.columns, values: matrix.values.map { Dual($0) })
  }

  package static func product(
    _ a: Tensor<Dual>,
    _ b: Tensor<Dual>,
    transposingA: Bool,
    transposingB: Bool
  ) -> Tensor<Dual> {
    func times(_ left: DoubleMatrix, _ right: DoubleMatrix, plus sum: DoubleMatrix? = nil)
      -> DoubleMatrix
    {
      Kernels.product(
        left,
        right,
        transposingA: transposingA,
        transposingB: transposingB,
        addingTo: sum
      )
    }
    let (x, dx, y, dy) = (a.primals, a.tangents, b.primals, b.tangents)
    return Tensor(times(x, y), tangents: times(dx, y, plus: times(x, dy)))
  }

  package static func product(
    _ a: Tensor<Dual>,
    _ b: DoubleMatrix,
    transposingB: Bool
  ) -> Tensor<Dual> {
    Tensor(
      Kernels.product(a.primals, b, transposingB: transposingB),
      tangents: Kernels.product(a.tangents, b, transposingB: transposingB)
    )
  }
}
