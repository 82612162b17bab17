import Statistics
import Testing

/// Moments of random features and outcomes.
private func moments(features: Int, rows: Int, seed: UInt64) -> (gram: [Double], products: [Double])
{
  var generator = SplitMix64(seed: seed)
  let columns = (0..<features).map { _ -> [Double] in
    let values = (0..<rows).map { _ in generator.normal() }
    return values.map { $0 - mean(of: values) }
  }
  let outcomes = (0..<rows).map { row in
    columns[0][row] - 2 * columns[features / 2][row] + 0.3 * generator.normal()
  }
  func product(_ left: [Double], _ right: [Double]) -> Double {
    mean(of: zip(left, right).map { $0 * $1 })
  }
  return (
    columns.flatMap { left in columns.map { product(left, $0) } },
    columns.map { product($0, outcomes) }
  )
}

struct LassoTests {
  @Test func `with independent features each coefficient is shrunk on its own`() {
    let lasso = Lasso(moments: [2, 0, 0, 0, 0.5, 0, 0, 0, 0], order: 3)
    let zeros = [0.0, 0, 0]
    let values = lasso.coefficients(products: [3, -1, 9], penalty: 0.5, from: zeros)
    #expect(values == [1.25, -1, 0])
    #expect(lasso.coefficients(products: [3, -1, 0], penalty: 3, from: values) == zeros)
  }

  @Test(arguments: UInt64(0)..<6)
  func `solutions fulfil the optimality conditions, also with more features than rows`(seed: UInt64)
  {
    let features = seed.isMultiple(of: 2) ? 8 : 30
    let (gram, products) = moments(features: features, rows: 20, seed: seed)
    let lasso = Lasso(moments: gram, order: features)
    var coefficients = [Double](repeating: 0, count: features)
    let largest = products.map(abs).max() ?? 0
    for share in [0.9, 0.5, 0.1, 0.01] {
      let penalty = share * largest
      coefficients = lasso.coefficients(products: products, penalty: penalty, from: coefficients)
      for feature in 0..<features {
        var gradient = products[feature]
        for other in 0..<features {
          gradient -= gram[feature * features + other] * coefficients[other]
        }
        switch coefficients[feature] {
        case 0: #expect(abs(gradient) < penalty * 1.001)
        case ..<0: #expect(abs(gradient + penalty) < penalty * 1e-3)
        default: #expect(abs(gradient - penalty) < penalty * 1e-3)
        }
      }
    }
    #expect(coefficients[0] > 0.5 && coefficients[features / 2] < -1.5)
  }
}
